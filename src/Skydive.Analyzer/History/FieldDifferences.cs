using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;

namespace Skydive.Analyzer.History;

/// <summary>Finds what differs between two states of an element's metadata, path by path. Lists differ as a whole.</summary>
/// <param name="ignored">Paths that do not count, with all that is below them.</param>
/// <param name="withCounters">Whether counters count.</param>
internal sealed class FieldDifferences(IReadOnlyCollection<string> ignored, bool withCounters)
{
    // Counters of interfaces, bridges and disks, and those that captures keep in the list of captures.
    private static readonly HashSet<string> s_counters = new(StringComparer.Ordinal)
    {
        "Metric", MetricSample.LastUpdate, MetricSample.BlockDevice,
        "PacketsReceived", "PacketsDropped", "PacketsIfDropped", "PacketsInvalid", "FlowCount", "FlowsDropped",
    };

    private readonly HashSet<string> _ignored = new(ignored, StringComparer.Ordinal);

    /// <summary>The differences, by path (ordinal).</summary>
    /// <param name="before">The one state.</param>
    /// <param name="after">The other state.</param>
    public IReadOnlyList<FieldDifference> Between(MetadataMap before, MetadataMap after)
    {
        var found = new List<FieldDifference>();
        Compare(string.Empty, before, after, found);
        found.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return found;
    }

    private void Compare(string prefix, MetadataMap before, MetadataMap after, List<FieldDifference> found)
    {
        foreach (var (key, value) in before)
        {
            Compare(prefix, key, value, after[key], found);
        }

        foreach (var (key, value) in after)
        {
            if (!before.ContainsKey(key))
            {
                Compare(prefix, key, default, value, found);
            }
        }
    }

    private void Compare(string prefix, string key, MetadataValue before, MetadataValue after, List<FieldDifference> found)
    {
        string path = prefix + key;
        if (_ignored.Contains(path) || (!withCounters && s_counters.Contains(key)) || before.Equals(after))
        {
            return;
        }

        if (before.AsMap is { } left && after.AsMap is { } right)
        {
            Compare(path + ".", left, right, found);
            return;
        }

        if (!WithoutCounters(before).Equals(WithoutCounters(after)))
        {
            found.Add(new() { Path = path, Before = before, After = after });
        }
    }

    private MetadataValue WithoutCounters(MetadataValue value)
    {
        if (withCounters)
        {
            return value;
        }

        if (value.AsMap is { } map)
        {
            var builder = new MetadataBuilder();
            foreach (var (key, member) in map)
            {
                if (!s_counters.Contains(key))
                {
                    builder.Set(key, WithoutCounters(member));
                }
            }

            return builder.Build();
        }

        return value.Kind == MetadataKind.List ? MetadataValue.List(value.Elements.ToArray().Select(WithoutCounters)) : value;
    }
}
