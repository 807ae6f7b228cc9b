using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Walks;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Lists the nodes around others, near ones first.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveNeighbor")]
[OutputType(typeof(Neighbor))]
public sealed class GetSkydiveNeighborCommand : TimedCommand
{
    private readonly List<GremlinText> _from = [];
    private readonly SelectorBatch _batch = new();

    /// <summary>The nodes to start from.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The nodes to start from: nodes, flows, Gremlin, key=value, names or hashtables. Together they are one start.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Selector { get; set; } = [];

    /// <summary>Which way to follow edges.</summary>
    [Parameter(HelpMessage = "Which way to follow edges: Out leads from owner to owned and from a bridge to its ports, In back.")]
    public WalkDirection Direction { get; set; }

    /// <summary>How many edges to go at most.</summary>
    [Parameter(HelpMessage = "How many edges to go at most.")]
    [ValidateRange(1, 1000)]
    public int Depth { get; set; } = 1;

    /// <summary>The edges to follow.</summary>
    [Parameter(HelpMessage = "Relation types of the edges to follow, such as layer2; all when it is left out. Wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RelationTypeCompleter))]
    public string[] RelationType { get; set; } = [];

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var selector in Selector)
        {
            _from.AddRange(_batch.Add(selector));
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        _from.AddRange(_batch.Flush());
        var query = new NeighborQuery { From = _from, Direction = Direction, Depth = Depth, RelationTypes = RelationType, At = At, Duration = Duration };
        var client = Client;
        Search((asking, token) => client.FindNeighborsAsync(query, asking, token), neighbor => WriteObject(new Neighbor(neighbor)));
    }
}
