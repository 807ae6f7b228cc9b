using System.Net;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Routing;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// NextHop: where each node would send a packet for an address, as <see cref="RouteLookup"/> finds it. Nodes without a route are left out.
/// </summary>
/// <param name="Address">The address.</param>
internal sealed record NextHopStep(IPAddress Address) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Map;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => new MapTraversal(Find(((NodeTraversal)input).Items, context.Budget));

    /// <inheritdoc/>
    protected override string Describe() => $"NextHop({Address})";

    private IEnumerable<KeyValuePair<string, MetadataValue>> Find(IEnumerable<Node> nodes, QueryBudget budget)
    {
        // Of several revisions of a node the newest, which comes last, counts.
        var order = new List<string>();
        var newest = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            budget.Visit();
            if (!newest.TryAdd(node.Id, node))
            {
                newest[node.Id] = node;
            }
            else
            {
                order.Add(node.Id);
            }
        }

        var address = Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4() : Address;
        foreach (string id in order)
        {
            budget.Visit();
            if (RouteLookup.Find(newest[id], address) is { } hop)
            {
                yield return new(id, new MetadataBuilder()
                    .Set("Priority", hop.Priority)
                    .Set("IP", (hop.Gateway ?? address).ToString())
                    .SetIfNotNull("MAC", hop.Mac)
                    .Set("IfIndex", hop.InterfaceIndex)
                    .Build());
            }
        }
    }
}
