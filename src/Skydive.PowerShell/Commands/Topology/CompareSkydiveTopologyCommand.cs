using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.Contracts.Queries;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Tells what is not the same in the topology at two times.</summary>
[Cmdlet(VerbsData.Compare, "SkydiveTopology")]
[OutputType(typeof(TopologyChange))]
public sealed class CompareSkydiveTopologyCommand : SessionCommand
{
    private readonly SelectorBatch _batch = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private DateTimeOffset _to;

    /// <summary>The one time.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The one time: -30s, '-1d', a DateTime, a TimeSpan ago, or 2026-03-01T12:00:00Z.")]
    [Alias("From")]
    [SkydiveTime]
    public DateTimeOffset ReferenceTime { get; set; }

    /// <summary>The other time; now when it is left out.</summary>
    [Parameter(Position = 1, HelpMessage = "The other time; now when it is left out.")]
    [Alias("To")]
    [SkydiveTime]
    public DateTimeOffset? DifferenceTime { get; set; }

    /// <summary>What to compare; everything when it is left out.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "What to compare: nodes, Gremlin, key=value, names or hashtables; all nodes and edges when it is left out.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <summary>Metadata that do not count.</summary>
    [Parameter(HelpMessage = "Metadata that do not count, with all that is below them, such as Neighbors.")]
    [ArgumentCompleter(typeof(MetadataKeyCompleter))]
    public string[] Ignore { get; set; } = [];

    /// <summary>Counters count too.</summary>
    [Parameter(HelpMessage = "Compares counters too, which tick all the time.")]
    public SwitchParameter IncludeCounter { get; set; }

    /// <summary>Gives what is the same too.</summary>
    [Parameter(HelpMessage = "Gives what is the same at both times too.")]
    public SwitchParameter IncludeEqual { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Begin()
    {
        // One moment for all queries of a command.
        _to = DifferenceTime ?? DateTimeOffset.Now;
        if (ReferenceTime >= _to)
        {
            throw new ArgumentException($"-ReferenceTime ({ReferenceTime:O}) must be before -DifferenceTime ({_to:O})");
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Selector is null)
        {
            if (!MyInvocation.ExpectingInput)
            {
                Compare(null);
            }

            return;
        }

        foreach (var selector in Selector)
        {
            CompareAll(_batch.Add(selector));
        }
    }

    /// <inheritdoc/>
    protected override void End() => CompareAll(_batch.Flush());

    private void CompareAll(IEnumerable<GremlinText> expressions)
    {
        foreach (var expression in expressions)
        {
            Compare(expression);
        }
    }

    private void Compare(GremlinText? expression)
    {
        var request = new CompareRequest
        {
            From = ReferenceTime.ToUnixTimeMilliseconds(),
            To = _to.ToUnixTimeMilliseconds(),
            GremlinQuery = expression?.ToString(),
            Ignore = Ignore,
            Counters = IncludeCounter,
        };
        WriteVerbose($"from {ReferenceTime:O} to {_to:O}: {expression?.ToString() ?? "everything"}");
        var client = Client;
        var reply = Await(token => client.CompareTopologyAsync(request, token));
        foreach (var difference in reply.Nodes)
        {
            Write(new(difference, Time((difference.After ?? difference.Before)!.UpdatedAt)));
        }

        var names = Names([.. reply.Edges.Select(static difference => (difference.After ?? difference.Before)!)]);
        foreach (var difference in reply.Edges)
        {
            var edge = (difference.After ?? difference.Before)!;
            Write(new(difference, names.GetValueOrDefault(edge.Parent), names.GetValueOrDefault(edge.Child), Time(edge.UpdatedAt)));
        }

        if (IncludeEqual)
        {
            WriteEqual(expression ?? GremlinText.G.V());
            if (expression is null)
            {
                WriteEqual(GremlinText.G.E());
            }
        }
    }

    // What came before the one time and is gone at the other has no time of its own that would tell when.
    private DateTimeOffset? Time(long updatedAt)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(updatedAt);
        return time > ReferenceTime && time <= _to ? time.ToLocalTime() : null;
    }

    private void WriteEqual(GremlinText expression)
    {
        var edges = new List<Contracts.Topology.Edge>();
        Query(expression.At(_to), item =>
        {
            if (item.Node is { } node)
            {
                Write(new(new Node(node)));
            }
            else if (item.Edge is { } edge)
            {
                edges.Add(edge);
            }
        });
        var names = Names(edges);
        foreach (var edge in edges)
        {
            Write(new(new Edge(edge, names.GetValueOrDefault(edge.Parent), names.GetValueOrDefault(edge.Child))));
        }
    }

    private void Write(TopologyChange change)
    {
        // A node that two selectors mean is told once.
        if (_seen.Add(change.Id))
        {
            WriteObject(change);
        }
    }

    // Edges know identifiers only, and their ends may be gone at one of the times.
    private Dictionary<string, string> Names(IReadOnlyList<Contracts.Topology.Edge> edges)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] ids = [.. edges.SelectMany(static edge => new[] { edge.Parent, edge.Child }).Distinct(StringComparer.Ordinal)];
        foreach (var time in new[] { ReferenceTime, _to })
        {
            foreach (string[] chunk in ids.Chunk(200))
            {
                Query(NodeSelector.FromIds(chunk).At(time), item =>
                {
                    if (item.Node is { Name.Length: > 0 } node)
                    {
                        names[node.Id] = node.Name;
                    }
                });
            }
        }

        return names;
    }
}
