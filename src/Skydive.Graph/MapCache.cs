using Skydive.Contracts.Metadata;

namespace Skydive.Graph;

/// <summary>
/// Lets edges with the same metadata share one map: most of hundreds of thousands hold nothing but one of a few relation types. Bounded: a
/// slot holds the map used last, and only small maps of plain values are kept. Safe for use by several threads at once.
/// </summary>
internal static class MapCache
{
    private const int Slots = 256;
    private const int MaximumKeys = 2;
    private const int MaximumTextLength = 64;

    private static readonly MetadataMap?[] s_maps = new MetadataMap?[Slots];

    /// <summary>The map, or an equal one seen before.</summary>
    /// <param name="map">The map.</param>
    public static MetadataMap Share(MetadataMap map)
    {
        if (map.Count > MaximumKeys)
        {
            return map;
        }

        foreach (var value in map.ValueSpan)
        {
            if (value.AsString is not { Length: <= MaximumTextLength })
            {
                return map;
            }
        }

        ref var slot = ref s_maps[(uint)map.GetHashCode() % Slots];
        if (Volatile.Read(ref slot) is { } cached && cached.Equals(map))
        {
            return cached;
        }

        Volatile.Write(ref slot, map);
        return map;
    }
}
