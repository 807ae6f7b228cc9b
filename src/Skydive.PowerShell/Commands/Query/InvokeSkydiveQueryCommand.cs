using System.Collections;
using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Queries;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Asks any Gremlin query and gives each result as what it is: node, edge, flow, path, topology or value.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "SkydiveQuery")]
[Alias("Invoke-SkydiveGremlin")]
[OutputType(typeof(Node), typeof(Edge), typeof(Flow), typeof(Path), typeof(Topology), typeof(PSObject))]
public sealed class InvokeSkydiveQueryCommand : TimedCommand
{
    /// <summary>The query.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The query, such as \"G.V().Has('Type','veth')\".")]
    [Alias("GremlinQuery", "Query")]
    [ArgumentCompleter(typeof(GremlinCompleter))]
    [ValidateNotNullOrEmpty]
    public string Gremlin { get; set; } = string.Empty;

    /// <summary>Values for the $names in the query.</summary>
    [Parameter(HelpMessage = "Values for the $names in a query in single quotes; they are quoted as needed.")]
    public Hashtable? Variable { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Gremlin;

    /// <inheritdoc/>
    protected override void Process()
    {
        var query = Variable is null
            ? GremlinText.Verbatim(Gremlin)
            : GremlinText.Bind(Gremlin, MetadataParameter.Pairs(Variable).ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.OrdinalIgnoreCase));
        Query(query.At(At, Duration), item => WriteObject(Convert(item)));
    }

    private object? Convert(QueryItem item) => item.Kind switch
    {
        QueryItemKind.Node => new Node(item.Node!),
        QueryItemKind.Edge => new Edge(item.Edge!, null, null),
        QueryItemKind.Flow => new Flow(item.Flow!),
        QueryItemKind.Graph => ToTopology(item.Graph!),
        QueryItemKind.List when item.Items!.Count > 0 && item.Items.All(static element => element.Kind == QueryItemKind.Node) =>
            new Path([.. item.Items.Select(static element => new Node(element.Node!))]),
        QueryItemKind.List => item.Items!.Select(Convert).ToArray(),
        _ when item.Value.AsMap is { } map => ToObject(Plain.Map(map)),
        _ => Plain.Value(item.Value),
    };

    private Topology ToTopology(Contracts.Topology.SubGraph graph)
    {
        var names = graph.Nodes.GroupBy(static node => node.Id).ToDictionary(static group => group.Key, static group => group.Last().Name);
        return new(
            (At ?? DateTimeOffset.Now).ToLocalTime(),
            [.. graph.Nodes.Select(static node => new Node(node))],
            [.. graph.Edges.Select(edge => new Edge(edge, names.GetValueOrDefault(edge.Parent), names.GetValueOrDefault(edge.Child)))]);
    }

    private static PSObject ToObject(IDictionary map)
    {
        var result = new PSObject();
        foreach (DictionaryEntry entry in map)
        {
            result.Properties.Add(new PSNoteProperty((string)entry.Key, entry.Value));
        }

        return result;
    }
}
