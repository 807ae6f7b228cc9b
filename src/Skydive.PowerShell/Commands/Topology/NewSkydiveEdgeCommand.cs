using System.Collections;
using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Adds an edge between two nodes to the graph, for what no agent can see.</summary>
[Cmdlet(VerbsCommon.New, "SkydiveEdge", SupportsShouldProcess = true)]
[OutputType(typeof(Edge))]
public sealed class NewSkydiveEdgeCommand : SessionCommand
{
    /// <summary>Where it starts.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The node where it starts: the owner, for ownership. It must be one node.")]
    [Alias("Parent", "Src", "Selector", "TID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector Source { get; set; } = null!;

    /// <summary>Where it ends.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The node where it ends: the owned, for ownership. It must be one node.")]
    [Alias("Child", "Dst")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector Destination { get; set; } = null!;

    /// <summary>Its relation type.</summary>
    [Parameter(Mandatory = true, Position = 2, HelpMessage = "Its relation type, such as layer2 or ownership.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RelationTypeCompleter))]
    public string RelationType { get; set; } = string.Empty;

    /// <summary>More metadata.</summary>
    [Parameter(HelpMessage = "More metadata, such as @{ Cable = 'c17' }.")]
    public IDictionary? Metadata { get; set; }

    /// <summary>Its identifier.</summary>
    [Parameter(HelpMessage = "Its identifier; a random one when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Source;

    /// <inheritdoc/>
    protected override void Process()
    {
        var metadata = MetadataParameter.ToMap(Metadata).With("RelationType", RelationType);
        var parent = FindSingle(Source, "source");
        var child = FindSingle(Destination, "destination");
        if (!ShouldProcess($"edge {RelationType} from {new Node(parent)} to {new Node(child)}", "Add"))
        {
            return;
        }

        var client = Client;
        var edge = new Contracts.Topology.Edge { Id = Id ?? Guid.NewGuid().ToString(), Parent = parent.Id, Child = child.Id, Metadata = metadata, CreatedAt = 0, UpdatedAt = 0 };
        Attempt(Source, () => WriteObject(new Edge(Await(token => client.CreateEdgeAsync(edge, token)), parent.Name, child.Name)));
    }
}
