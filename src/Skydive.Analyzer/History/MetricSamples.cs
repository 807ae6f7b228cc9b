using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.History;

/// <summary>
/// Finds the metric samples in changes of nodes: what is new under <c>LastUpdateMetric</c>, there or inside of another key
/// (<c>SFlow.LastUpdateMetric</c>), and under <c>BlockdevMetric</c>.
/// </summary>
internal static class MetricSamples
{
    /// <summary>Adds the samples that one change brought.</summary>
    /// <param name="graphEvent">The change.</param>
    /// <param name="samples">Where to add them.</param>
    public static void Collect(GraphEvent graphEvent, List<MetricSample> samples)
    {
        if (graphEvent.Node is not { } node)
        {
            return;
        }

        if (graphEvent.Kind == GraphEventKind.NodeUpdated)
        {
            var before = graphEvent.Previous!.Metadata;
            foreach (var (key, value) in node.Metadata)
            {
                if (value.AsMap is not null && before[key] is var old && !value.Equals(old))
                {
                    Collect(node.Id, key, old, value, samples);
                }
            }
        }
        else if (graphEvent.Kind == GraphEventKind.NodeAdded)
        {
            // A node that comes back after a break shows its newest sample, which may not have been seen yet.
            foreach (var (key, value) in node.Metadata)
            {
                Collect(node.Id, key, default, value, samples);
            }
        }
    }

    private static void Collect(string id, string key, MetadataValue before, MetadataValue after, List<MetricSample> samples)
    {
        if (after.AsMap is not { } map)
        {
            return;
        }

        if (key is MetricSample.LastUpdate or MetricSample.BlockDevice)
        {
            Add(id, key, map, samples);
        }
        else if (map[MetricSample.LastUpdate] is { AsMap: { } nested } value && !value.Equals(before.AsMap?[MetricSample.LastUpdate] ?? default))
        {
            Add(id, key + "." + MetricSample.LastUpdate, nested, samples);
        }
    }

    private static void Add(string id, string path, MetadataMap values, List<MetricSample> samples)
    {
        // What does not say for which time it is cannot be found by time.
        var sample = new MetricSample(id, path, values);
        if (sample.Last > 0)
        {
            samples.Add(sample);
        }
    }
}
