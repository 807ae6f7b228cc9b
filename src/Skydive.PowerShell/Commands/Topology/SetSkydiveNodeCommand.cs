using System.Collections;
using System.Management.Automation;
using Skydive.Client;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Changes metadata of nodes.</summary>
[Cmdlet(VerbsCommon.Set, "SkydiveNode", SupportsShouldProcess = true)]
[OutputType(typeof(Node))]
public sealed class SetSkydiveNodeCommand : SessionCommand
{
    /// <summary>The nodes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The nodes: nodes, Gremlin, key=value, names or hashtables.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Selector { get; set; } = [];

    /// <summary>What to set.</summary>
    [Parameter(Position = 1, HelpMessage = "Metadata to set, such as @{ Rack = 7; 'Site.Room' = 'b2' }: keys with dots for nested ones.")]
    [ValidateNotNull]
    public IDictionary Metadata { get; set; } = new Hashtable();

    /// <summary>What to remove.</summary>
    [Parameter(HelpMessage = "Keys to remove, with dots for nested ones.")]
    [ArgumentCompleter(typeof(MetadataKeyCompleter))]
    public string[] RemoveKey { get; set; } = [];

    /// <summary>Gives the nodes.</summary>
    [Parameter(HelpMessage = "Gives the nodes as they are then.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Metadata.Count == 0 && RemoveKey.Length == 0)
        {
            throw new ArgumentException("nothing is to be changed: give -Metadata or -RemoveKey");
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        var values = MetadataParameter.Pairs(Metadata).Select(static pair => KeyValuePair.Create(pair.Key, MetadataParameter.ToValue(pair.Key, pair.Value))).ToList();
        foreach (var selector in Selector)
        {
            var nodes = new List<Contracts.Topology.Node>();
            Query(selector.Nodes, item => nodes.Add(item.Node ?? throw new ArgumentException("the selector does not give nodes; Invoke-SkydiveQuery takes any query")));
            if (nodes.Count == 0 && selector.IsName)
            {
                WriteError(ErrorRecords.NotFound("node", "NodeNotFound", selector, "Names are case-sensitive; wildcards find similar ones."));
            }

            foreach (var node in nodes)
            {
                Attempt(selector, () => Change(node, values));
            }
        }
    }

    private void Change(Contracts.Topology.Node node, List<KeyValuePair<string, Contracts.Metadata.MetadataValue>> values)
    {
        var patch = MetadataPatch.For(node, values, RemoveKey);
        string what = string.Join(", ", values.Select(static pair => $"{pair.Key} = {pair.Value}").Concat(RemoveKey.Select(static key => $"no {key}")));
        if (patch.IsEmpty || !ShouldProcess($"node {new Node(node)} ({node.Type} of {node.Host})", $"Set {what}"))
        {
            return;
        }

        var client = Client;
        var changed = Await(token => client.PatchNodeAsync(node.Id, patch.ToJson(), token));
        if (PassThru)
        {
            WriteObject(new Node(changed ?? node));
        }
    }
}
