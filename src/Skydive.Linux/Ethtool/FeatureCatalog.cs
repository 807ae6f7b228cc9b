namespace Skydive.Linux.Ethtool;

/// <summary>
/// The names of the kernel's features, and one object for equal sets of them most of the time: a fixed number of places keeps the last of
/// each, so that it never grows. Any thread: the worst of a race is an object too many.
/// </summary>
internal sealed class FeatureCatalog(StringSet names)
{
    private const int Places = 256;

    private static volatile FeatureCatalog? s_shared;

    private readonly EthtoolFeatures?[] _places = new EthtoolFeatures?[Places];

    /// <summary>That of the running kernel; null until the names were read. They are the same in all namespaces.</summary>
    internal static FeatureCatalog? Shared
    {
        get => s_shared;
        set => s_shared = value;
    }

    /// <summary>How many features have a place, with a name or without.</summary>
    internal int Size => names.Names.Length;

    /// <summary>The features with these bits.</summary>
    internal EthtoolFeatures Get(ReadOnlySpan<uint> active)
    {
        ref EthtoolFeatures? place = ref _places[EthtoolFeatures.Hash(active) & (Places - 1)];
        EthtoolFeatures? kept = Volatile.Read(ref place);
        if (kept is null || !kept.IsSame(active))
        {
            kept = new EthtoolFeatures(names, active);
            Volatile.Write(ref place, kept);
        }

        return kept;
    }
}
