using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Removes nodes that were added, and their edges with them.</summary>
[Cmdlet(VerbsCommon.Remove, "SkydiveNode", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveSkydiveNodeCommand : SessionCommand
{
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>The nodes.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The nodes: nodes, Gremlin, key=value, names or hashtables.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Selector { get; set; } = [];

    /// <summary>Does not ask when a selector gives several nodes.</summary>
    [Parameter(HelpMessage = "Does not ask when a selector gives several nodes.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var selector in Selector)
        {
            var nodes = new List<Contracts.Topology.Node>();
            Query(selector.Nodes, item => nodes.Add(item.Node ?? throw new ArgumentException("the selector does not give nodes; Invoke-SkydiveQuery takes any query")));
            if (nodes.Count == 0 && selector.IsName)
            {
                WriteError(ErrorRecords.NotFound("node", "NodeNotFound", selector, "Names are case-sensitive; wildcards find similar ones."));
            }

            bool isAsked = nodes.Count > 1 && !Force && !MyInvocation.BoundParameters.ContainsKey("WhatIf");
            if (isAsked && !ShouldContinue($"'{selector}' gives {nodes.Count} nodes. Remove them all?", "Remove nodes", ref _yesToAll, ref _noToAll))
            {
                continue;
            }

            var client = Client;
            foreach (var node in nodes)
            {
                if (ShouldProcess($"node {new Node(node)} ({node.Type}, {node.Id})", "Remove"))
                {
                    Attempt(selector, () => Await(token => client.DeleteNodeAsync(node.Id, token)));
                }
            }
        }
    }
}
