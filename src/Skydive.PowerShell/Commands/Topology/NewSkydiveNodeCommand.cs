using System.Collections;
using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Adds a node to the graph, for what no agent can see.</summary>
[Cmdlet(VerbsCommon.New, "SkydiveNode", SupportsShouldProcess = true)]
[OutputType(typeof(Node))]
public sealed class NewSkydiveNodeCommand : SessionCommand
{
    /// <summary>Its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Its name.")]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>Its type.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, HelpMessage = "Its type, such as switch, router or device.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeTypeCompleter))]
    public string Type { get; set; } = string.Empty;

    /// <summary>More metadata.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "More metadata, such as @{ Rack = 7; Vendor = 'acme' }; nested hashtables and lists are allowed.")]
    public IDictionary? Metadata { get; set; }

    /// <summary>Its host.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The host that it belongs to; the analyzer's when it is left out.")]
    [ArgumentCompleter(typeof(HostNameCompleter))]
    public string? HostName { get; set; }

    /// <summary>Its identifier.</summary>
    [Parameter(HelpMessage = "Its identifier; a random one when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Name;

    /// <inheritdoc/>
    protected override void Process()
    {
        var metadata = MetadataParameter.ToMap(Metadata).With("Name", Name).With("Type", Type);
        if (!ShouldProcess($"node {Name} of type {Type}", "Add"))
        {
            return;
        }

        var client = Client;
        var node = new Contracts.Topology.Node { Id = Id ?? Guid.NewGuid().ToString(), Metadata = metadata, Host = HostName ?? string.Empty, CreatedAt = 0, UpdatedAt = 0 };
        Attempt(Name, () => WriteObject(new Node(Await(token => client.CreateNodeAsync(node, token)))));
    }
}
