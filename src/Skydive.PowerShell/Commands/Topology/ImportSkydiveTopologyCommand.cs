using System.Management.Automation;
using System.Text.Json;
using Skydive.Client.Gremlin;
using Skydive.Client.Streams;
using Skydive.Client.Views;
using Skydive.Contracts.Topology;

namespace Skydive.PowerShell;

/// <summary>Brings a graph from a file into that of the analyzer, under a name; a graph that came under the same name before is replaced.</summary>
[Cmdlet(VerbsData.Import, "SkydiveTopology", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(TopologyImport))]
public sealed class ImportSkydiveTopologyCommand : FileInputCommand
{
    /// <summary>Under which name.</summary>
    [Parameter(HelpMessage = "The name under which the graph is kept; that of the file when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void Process() => ForEachFile(path =>
    {
        try
        {
            Publish(path);
        }
        catch (JsonException exception)
        {
            // The position that the reader adds is of no use in a file without lines.
            string reason = exception.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0];
            WriteError(ErrorRecords.Make(
                new FormatException($"{path} is no topology: {reason}", exception), "InvalidTopology", ErrorCategory.InvalidData, path, "Export-SkydiveTopology -Format Json writes one."));
        }
    });

    private void Publish(string path)
    {
        SubGraph graph;
        using (var file = File.OpenRead(path))
        {
            graph = TopologyWriter.ReadJson(file);
        }

        string name = Name ?? System.IO.Path.GetFileNameWithoutExtension(path);
        if (!ShouldProcess($"{graph.Nodes.Count} nodes and {graph.Edges.Count} edges as '{name}' at {CurrentSession.Uri}", "Publish"))
        {
            return;
        }

        var client = Client;
        string origin = Await(token => client.PublishTopologyAsync(name, graph, token));
        long nodes = QueryCount(GremlinText.G.V().Has("@Origin", origin).Count());
        long edges = QueryCount(GremlinText.G.E().Has("@Origin", origin).Count());
        if (nodes < graph.Nodes.Count || edges < graph.Edges.Count)
        {
            WriteWarning($"{graph.Nodes.Count - nodes} nodes and {graph.Edges.Count - edges} edges were passed over: a node needs Name and Type, an edge RelationType and both ends, and neither may be another's");
        }

        WriteObject(new TopologyImport(path, origin, nodes, edges));
    }
}
