using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// The offload features of an interface with the kernel's names, such as <c>highdma</c> or <c>tx-checksum-ipv4</c>, and whether each is on.
/// Immutable. Two are equal when the same features are on.
/// </summary>
/// <remarks>
/// Most interfaces of a host have one of a few sets: a dump hands out one object for equal ones, so that thousands of interfaces cost
/// little, and what is derived from a set can be kept by it. Source: <c>ETHTOOL_A_FEATURES_ACTIVE</c> of <c>linux/ethtool_netlink.h</c>.
/// </remarks>
public sealed class EthtoolFeatures : IReadOnlyDictionary<string, bool>, IEquatable<EthtoolFeatures>
{
    private readonly StringSet _names;
    private readonly uint[] _active;

    internal EthtoolFeatures(StringSet names, ReadOnlySpan<uint> active)
    {
        _names = names;
        _active = active.TrimEnd(0u).ToArray();
    }

    /// <inheritdoc/>
    public int Count => _names.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => this.Select(static feature => feature.Key);

    /// <inheritdoc/>
    public IEnumerable<bool> Values => this.Select(static feature => feature.Value);

    /// <inheritdoc/>
    public bool this[string key] => TryGetValue(key, out bool isActive)
        ? isActive
        : throw new KeyNotFoundException($"There is no feature '{key}'.");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _names.Find(key) >= 0;

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out bool value)
    {
        int place = _names.Find(key);
        value = place >= 0 && IsActive(place);
        return place >= 0;
    }

    /// <summary>Enumerates the features in the kernel's order.</summary>
    /// <returns>An enumerator.</returns>
    public IEnumerator<KeyValuePair<string, bool>> GetEnumerator()
    {
        for (int i = 0; i < _names.Names.Length; i++)
        {
            if (_names.IsNamed(i))
            {
                yield return new KeyValuePair<string, bool>(_names.Names[i], IsActive(i));
            }
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] EthtoolFeatures? other) =>
        other is not null && (ReferenceEquals(this, other) || (_names.Count == other._names.Count && IsSame(other._active)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EthtoolFeatures);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash(_active);

    /// <summary>A hash of bits; zeros at the end change nothing.</summary>
    internal static int Hash(ReadOnlySpan<uint> bits)
    {
        int hash = 0;
        foreach (uint word in bits.TrimEnd(0u))
        {
            hash = HashCode.Combine(hash, word);
        }

        return hash;
    }

    /// <summary>Whether these are the bits, apart from zeros at the end.</summary>
    internal bool IsSame(ReadOnlySpan<uint> bits) => bits.TrimEnd(0u).SequenceEqual(_active);

    private bool IsActive(int place) => place / 32 < _active.Length && (_active[place / 32] & (1u << (place % 32))) != 0;
}
