using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.Contracts.Metadata;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Gives what the counters of nodes or flows counted: the newest sample, those of a span of time, or their sums over slices of time.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveMetric")]
[OutputType(typeof(Metric))]
public sealed class GetSkydiveMetricCommand : SessionCommand
{
    private readonly ElementBatch _batch = new();
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Nodes or flows.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Nodes or flows: objects, Gremlin, key=value, names or hashtables.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Selector { get; set; } = [];

    /// <summary>Which counters.</summary>
    [Parameter(HelpMessage = "Which counters of nodes; those of interfaces when it is left out. Flows have their own.")]
    public MetricKind Kind { get; set; }

    /// <summary>Sums over slices of time.</summary>
    [Parameter(HelpMessage = "Adds up the samples of each input on slices of time of this length: 30s, 5m, '1h'.")]
    [SkydiveDuration]
    public TimeSpan? Aggregate { get; set; }

    /// <summary>The time to look at; now when it is left out.</summary>
    [Parameter(HelpMessage = "The time to look at: -30s, '-1d', a DateTime, a TimeSpan ago, or 2026-03-01T12:00:00Z.")]
    [SkydiveTime]
    public DateTimeOffset? At { get; set; }

    /// <summary>How far back from that time to look as well.</summary>
    [Parameter(HelpMessage = "How far back from that time to look as well: 30s, 5m, '1d', or a TimeSpan.")]
    [SkydiveDuration]
    public TimeSpan? Duration { get; set; }

    /// <summary>The begin of the time to look at.</summary>
    [Parameter(HelpMessage = "The begin of the time to look at: -10m, a DateTime, …")]
    [SkydiveTime]
    public DateTimeOffset? Since { get; set; }

    /// <summary>The end of the time to look at.</summary>
    [Parameter(HelpMessage = "The end of the time to look at; now when it is left out.")]
    [SkydiveTime]
    public DateTimeOffset? Until { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Begin() => (At, Duration) = TimeSpanParameter.Resolve(At, Duration, Since, Until);

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var selector in Selector)
        {
            if (Aggregate is null)
            {
                Ask(_batch.Add(selector));
            }
            else
            {
                // Sums are over one query: that of this input.
                var alone = new ElementBatch();
                Ask([.. alone.Add(selector), .. alone.Flush()], selector.ToString());
            }
        }
    }

    /// <inheritdoc/>
    protected override void End() => Ask(_batch.Flush());

    private void Ask(IEnumerable<GremlinText> expressions, string? name = null)
    {
        foreach (var expression in expressions)
        {
            var found = new List<(string Id, MetadataMap Values)>();
            Query(MakeQuery(expression), item => found.AddRange(item.ReadEntries().Select(static entry => (entry.Key, entry.Value))));
            if (name is null)
            {
                FindNames(found.Where(static entry => !IsFlow(entry.Values)).Select(static entry => entry.Id));
            }

            foreach (var (id, values) in found)
            {
                WriteObject(new Metric(IsFlow(values) ? MetricKind.Flow : Kind, id, name ?? _names.GetValueOrDefault(id), values));
            }
        }
    }

    private GremlinText MakeQuery(GremlinText expression)
    {
        bool isFlows = expression.ToString().Contains(".Flows(", StringComparison.OrdinalIgnoreCase);
        var start = (Kind == MetricKind.Flow && !isFlows ? expression.Flows() : expression).At(At, Duration);
        var metrics = Kind switch
        {
            MetricKind.SFlow => start.Step("Metrics", "SFlow"),
            MetricKind.Ovs => start.Step("Metrics", "Ovs"),
            MetricKind.BlockDevice => start.Step("Metrics", "BlockdevMetric"),
            _ => start.Step("Metrics"),
        };
        return Aggregate is { } slice ? metrics.Step("Aggregates", Math.Max(1L, (long)Math.Round(slice.TotalSeconds))) : metrics;
    }

    private static bool IsFlow(MetadataMap values) => values.TryGetValue("ABPackets", out _);

    // Answers know identifiers only.
    private void FindNames(IEnumerable<string> ids)
    {
        foreach (string[] chunk in ids.Distinct(StringComparer.Ordinal).Where(id => !_names.ContainsKey(id)).Chunk(100))
        {
            Query(NodeSelector.FromIds(chunk).At(At, Duration), item =>
            {
                if (item.Node is { } node)
                {
                    _names[node.Id] = node.Name;
                }
            });
        }
    }
}
