using System.Collections.Concurrent;

namespace Skydive.Packets;

/// <summary>
/// The names of the layers of a packet from the outermost inwards, packed in 64 bits: 6 bits for each, at most <see cref="MaxLayers"/>.
/// An immutable value; making and growing one does not allocate, <see cref="ToString"/> shares its texts.
/// </summary>
public readonly struct LayerPath : IEquatable<LayerPath>
{
    /// <summary>How many layers a path can hold. A decoder stops at a packet that is deeper.</summary>
    public const int MaxLayers = 10;

    private const int BitsPerLayer = 6;
    private const ulong LayerMask = (1UL << BitsPerLayer) - 1;

    // Real traffic has a few dozen paths; whoever invents thousands of them gets fresh texts instead of filling this.
    private const int MaxCachedTexts = 1024;
    private static readonly ConcurrentDictionary<ulong, string> s_texts = new();
    private static readonly string[] s_names = Enum.GetNames<LayerType>();

    // The last layer stands in the lowest bits, so that appending is a shift and the last layer a mask.
    private readonly ulong _bits;

    private LayerPath(ulong bits) => _bits = bits;

    /// <summary>A path of one layer.</summary>
    /// <param name="layer">The layer.</param>
    public LayerPath(LayerType layer) => _bits = (ulong)layer;

    /// <summary>The path as a number: equal exactly for equal paths, 0 for the empty path. See <see cref="FromBits"/>.</summary>
    public ulong Bits => _bits;

    /// <summary>The innermost layer, <see cref="LayerType.None"/> for the empty path.</summary>
    public LayerType Last => (LayerType)(_bits & LayerMask);

    /// <summary>Whether no layer can be appended any more.</summary>
    public bool IsFull => _bits >> ((MaxLayers - 1) * BitsPerLayer) != 0;

    /// <summary>How many layers there are.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            for (ulong rest = _bits; rest != 0; rest >>= BitsPerLayer)
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>Whether two paths are the same.</summary>
    /// <param name="left">One path.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(LayerPath left, LayerPath right) => left._bits == right._bits;

    /// <summary>Whether two paths differ.</summary>
    /// <param name="left">One path.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(LayerPath left, LayerPath right) => left._bits != right._bits;

    /// <summary>The path of a number that <see cref="Bits"/> gave.</summary>
    /// <param name="bits">The number.</param>
    public static LayerPath FromBits(ulong bits) => new(bits);

    /// <summary>The name of a layer as it appears in a path; the empty text for <see cref="LayerType.None"/>.</summary>
    /// <param name="layer">The layer.</param>
    public static string NameOf(LayerType layer) => layer == LayerType.None || (int)layer >= s_names.Length ? string.Empty : s_names[(int)layer];

    /// <summary>This path with one layer more. The caller checks <see cref="IsFull"/>: a full path would lose its outermost layer.</summary>
    /// <param name="layer">The layer to append.</param>
    public LayerPath Append(LayerType layer) => new((_bits << BitsPerLayer) | (ulong)layer);

    /// <summary>The names joined with <c>/</c>, such as <c>Ethernet/IPv4/TCP</c>.</summary>
    public override string ToString()
    {
        if (s_texts.TryGetValue(_bits, out string? text))
        {
            return text;
        }

        string[] names = new string[Count];
        ulong rest = _bits;
        for (int i = names.Length - 1; i >= 0; i--, rest >>= BitsPerLayer)
        {
            names[i] = NameOf((LayerType)(rest & LayerMask));
        }

        text = string.Join('/', names);
        if (s_texts.Count < MaxCachedTexts)
        {
            s_texts.TryAdd(_bits, text);
        }

        return text;
    }

    /// <inheritdoc/>
    public bool Equals(LayerPath other) => _bits == other._bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LayerPath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _bits.GetHashCode();
}
