using System.Collections.Frozen;

namespace Skydive.Linux.Ethtool;

/// <summary>The names that go with the bits or counters of a set, by place. Immutable.</summary>
internal sealed class StringSet
{
    private readonly FrozenDictionary<string, int> _places;

    internal StringSet(int id, IReadOnlyList<string> names)
    {
        Id = id;
        Names = [.. names];

        // The first of two with one name counts; places without a name are reserved by the kernel.
        var places = new Dictionary<string, int>(Names.Length, StringComparer.Ordinal);
        for (int i = 0; i < Names.Length; i++)
        {
            if (Names[i].Length > 0)
            {
                places.TryAdd(Names[i], i);
            }
        }

        _places = places.ToFrozenDictionary(StringComparer.Ordinal);
        Count = _places.Count;
    }

    /// <summary>Which set (<c>ETH_SS_*</c>).</summary>
    internal int Id { get; }

    /// <summary>The names by place; empty for places without one.</summary>
    internal string[] Names { get; }

    /// <summary>How many places have a name.</summary>
    internal int Count { get; }

    /// <summary>The place of a name; -1 when there is none.</summary>
    internal int Find(string name) => _places.TryGetValue(name, out int place) ? place : -1;

    /// <summary>Whether a place is the one that <see cref="Find"/> gives for its name.</summary>
    internal bool IsNamed(int place) => Names[place].Length > 0 && _places[Names[place]] == place;
}
