using System.Management.Automation;
using Skydive.Client.Views;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Shows the graph as a text tree: who owns whom, with type, state, addresses and layer 2 neighbours.</summary>
[Cmdlet(VerbsCommon.Show, "SkydiveTopology")]
[OutputType(typeof(string))]
public sealed class ShowSkydiveTopologyCommand : GraphCommand
{
    private readonly HashSet<string> _roots = new(StringComparer.Ordinal);

    /// <summary>The nodes to begin with; those that nobody owns when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The nodes to begin with: nodes, Gremlin, key=value, names or hashtables.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <summary>The form.</summary>
    [Parameter(HelpMessage = "The form: Tree.")]
    [ValidateSet("Tree")]
    public string As { get; set; } = "Tree";

    /// <summary>How many levels to show.</summary>
    [Parameter(HelpMessage = "How many levels below the first to show.")]
    [ValidateRange(0, 1000)]
    public int? Depth { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process() => CollectIds(Selector, _roots);

    /// <inheritdoc/>
    protected override void End()
    {
        if (!MyInvocation.ExpectingInput || Selector is not null)
        {
            WriteObject(TopologyTree.Render(ReadGraph(), Selector is null ? null : _roots, Depth), enumerateCollection: true);
        }
    }
}
