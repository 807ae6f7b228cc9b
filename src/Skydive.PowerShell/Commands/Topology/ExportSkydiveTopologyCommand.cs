using System.Management.Automation;
using Skydive.Client.Views;
using Skydive.Contracts.Topology;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Writes the graph, or some nodes and the edges among them, into a file.</summary>
[Cmdlet(VerbsData.Export, "SkydiveTopology", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSkydiveTopologyCommand : GraphCommand
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The file to write; its ending tells the form unless -Format does.")]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The form.</summary>
    [Parameter(HelpMessage = "The form; told by the file's ending when it is left out: .json, .dot or .gv, .graphml, .mmd, .csv.")]
    public TopologyFormat? Format { get; set; }

    /// <summary>The nodes; all when it is left out.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The nodes: nodes, Gremlin, key=value, names or hashtables; all when it is left out.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <summary>Replaces files that are there.</summary>
    [Parameter(HelpMessage = "Replaces files that are there.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the files.</summary>
    [Parameter(HelpMessage = "Gives the files.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Path;

    /// <inheritdoc/>
    protected override void Process() => CollectIds(Selector, _ids);

    /// <inheritdoc/>
    protected override void End()
    {
        if (MyInvocation.ExpectingInput && Selector is null)
        {
            return;
        }

        string path = GetUnresolvedProviderPathFromPSPath(Path);
        var format = Format ?? FormatOf(path);
        string edgePath = System.IO.Path.ChangeExtension(path, ".edges" + System.IO.Path.GetExtension(path));
        if (!ShouldProcess(format == TopologyFormat.Csv ? $"topology to {path} and {edgePath}" : $"topology to {path}", "Write"))
        {
            return;
        }

        var graph = ReadGraph();
        if (Selector is not null)
        {
            graph = new SubGraph
            {
                Nodes = [.. graph.Nodes.Where(node => _ids.Contains(node.Id))],
                Edges = [.. graph.Edges.Where(edge => _ids.Contains(edge.Parent) && _ids.Contains(edge.Child))],
            };
        }

        Write(path, stream => TopologyWriter.Write(graph, format, stream));
        if (format == TopologyFormat.Csv)
        {
            Write(edgePath, stream => TopologyWriter.WriteEdges(graph, stream));
        }

        WriteVerbose($"{graph.Nodes.Count} nodes and {graph.Edges.Count} edges written");
    }

    private static TopologyFormat FormatOf(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".json" => TopologyFormat.Json,
        ".dot" or ".gv" => TopologyFormat.Dot,
        ".graphml" => TopologyFormat.GraphML,
        ".mmd" or ".mermaid" => TopologyFormat.Mermaid,
        ".csv" => TopologyFormat.Csv,
        var ending => throw new ArgumentException($"the ending '{ending}' tells no form: give -Format {string.Join(", ", Enum.GetNames<TopologyFormat>())}"),
    };

    private void Write(string path, Action<Stream> write)
    {
        OutputFile.Write(path, Force, stream =>
        {
            write(stream);
            return true;
        });
        if (PassThru)
        {
            WriteObject(new FileInfo(path));
        }
    }
}
