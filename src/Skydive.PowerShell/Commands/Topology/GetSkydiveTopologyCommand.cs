using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Gives the graph as one object: all of it, or some nodes and the edges among them.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveTopology")]
[OutputType(typeof(Topology))]
public sealed class GetSkydiveTopologyCommand : GraphCommand
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>The nodes; all when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The nodes: nodes, Gremlin, key=value, names or hashtables.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process() => CollectIds(Selector, _ids);

    /// <inheritdoc/>
    protected override void End()
    {
        if (MyInvocation.ExpectingInput && Selector is null)
        {
            return;
        }

        var graph = ReadGraph();
        var nodes = Selector is null ? graph.Nodes : [.. graph.Nodes.Where(node => _ids.Contains(node.Id))];
        var names = nodes.GroupBy(static node => node.Id).ToDictionary(static group => group.Key, static group => group.Last().Name);
        var edges = graph.Edges.Where(edge => names.ContainsKey(edge.Parent) && names.ContainsKey(edge.Child));
        WriteObject(new Topology(
            (At ?? DateTimeOffset.Now).ToLocalTime(),
            [.. nodes.Select(static node => new Node(node))],
            [.. edges.Select(edge => new Edge(edge, Name(edge.Parent), Name(edge.Child)))]));

        string? Name(string id) => names[id] is { Length: > 0 } name ? name : null;
    }
}
