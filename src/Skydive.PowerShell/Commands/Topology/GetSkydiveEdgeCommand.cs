using System.Collections;
using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Queries;
using Skydive.Client.Selection;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Lists edges: all, those of some nodes, those between two sets of nodes, now or at another time.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveEdge", SupportsPaging = true)]
[OutputType(typeof(Edge))]
public sealed class GetSkydiveEdgeCommand : TimedPagedCommand
{
    private const int BatchSize = 200;

    private readonly List<Contracts.Topology.Edge> _held = [];
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _emitted = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _parents;
    private IReadOnlyList<string>? _children;

    /// <summary>Nodes at either end.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Nodes at either end: nodes, Gremlin, key=value, names or hashtables.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <summary>Relation types or patterns.</summary>
    [Parameter(HelpMessage = "Relation types, such as ownership or layer2; wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RelationTypeCompleter))]
    public string[] RelationType { get; set; } = [];

    /// <summary>Nodes where the edges start.</summary>
    [Parameter(HelpMessage = "Nodes where the edges start: the owner, for ownership.")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector? Source { get; set; }

    /// <summary>Nodes where the edges end.</summary>
    [Parameter(HelpMessage = "Nodes where the edges end: the owned, for ownership.")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector? Destination { get; set; }

    /// <summary>Values that metadata must have.</summary>
    [Parameter(HelpMessage = "Values that metadata must have, such as @{ Type = 'veth' }.")]
    public Hashtable? Metadata { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    private protected override IReadOnlyList<SkydiveSelector>? Selectors => Selector;

    /// <inheritdoc/>
    protected override void Begin()
    {
        _parents = Source is null ? null : FindIds(Source);
        _children = Destination is null ? null : FindIds(Destination);
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        // No node at an end means no edge, which an empty list would not say.
        if (_parents is not { Count: 0 } && _children is not { Count: 0 })
        {
            base.Process();
        }
    }

    private protected override (GremlinText Results, GremlinText Count) Build(GremlinText? from, bool paged)
    {
        var query = new EdgeQuery
        {
            From = from,
            Parents = _parents,
            Children = _children,
            RelationTypes = RelationType,
            Metadata = MetadataParameter.Pairs(Metadata),
            At = At,
            Duration = Duration,
            Skip = paged ? Skip : 0,
            First = paged ? First : null,
        };
        return (query.ToGremlin(), query.ToCountGremlin());
    }

    private protected override void Emit(QueryItem item)
    {
        var edge = item.Edge ?? throw new ArgumentException("the selector does not give nodes; Invoke-SkydiveQuery takes any query");

        // An edge between nodes of two batches comes with both.
        if (Selector is null || _emitted.Add(edge.Id))
        {
            _held.Add(edge);
        }

        if (_held.Count >= BatchSize)
        {
            Flush();
        }
    }

    // Edges know identifiers only; names come from one more query for many of them.
    private protected override void Flush()
    {
        string[] unknown = [.. _held.SelectMany(static edge => new[] { edge.Parent, edge.Child }).Distinct().Where(id => !_names.ContainsKey(id))];
        if (unknown.Length > 0)
        {
            Query(NodeSelector.FromIds(unknown).At(At, Duration), item =>
            {
                if (item.Node is { Name.Length: > 0 } node)
                {
                    _names[node.Id] = node.Name;
                }
            });
        }

        foreach (var edge in _held)
        {
            WriteObject(new Edge(edge, _names.GetValueOrDefault(edge.Parent), _names.GetValueOrDefault(edge.Child)));
        }

        _held.Clear();
    }

    private List<string> FindIds(SkydiveSelector selector)
    {
        var ids = new List<string>();
        Query(selector.Nodes.At(At, Duration), item =>
        {
            if (item.Node is { } node)
            {
                ids.Add(node.Id);
                _names[node.Id] = node.Name.Length > 0 ? node.Name : node.Id;
            }
        });
        return ids;
    }
}
