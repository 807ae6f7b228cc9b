using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Sockets on nodes: the open sockets that the nodes tell in their metadata, in the order of the nodes. Nodes that tell none are left out.</summary>
internal sealed record SocketsStep : SynchronousStep
{
    /// <summary>The metadata key of a node's sockets.</summary>
    public const string Key = "Sockets";

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Sockets;

    /// <summary>The sockets of a node; null when it tells nothing of sockets.</summary>
    /// <param name="node">The node.</param>
    public static List<MetadataMap>? Of(Node node)
    {
        if (!node.Metadata.TryGetValue(Key, out var value) || value.Kind != MetadataKind.List)
        {
            return null;
        }

        var sockets = new List<MetadataMap>(value.Elements.Length);
        foreach (var element in value.Elements)
        {
            if (element.AsMap is { } socket)
            {
                sockets.Add(socket);
            }
        }

        return sockets;
    }

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var nodes = (NodeTraversal)input;
        return new SocketTraversal(nodes.View, Read(nodes.Items, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => "Sockets";

    private static IEnumerable<GremlinGroup<MetadataMap>> Read(IEnumerable<Node> nodes, QueryBudget budget)
    {
        // Of several revisions of a node, each socket that one of them tells.
        var order = new List<string>();
        var byNode = new Dictionary<string, (List<MetadataMap> List, HashSet<MetadataMap> Known)>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            budget.Visit();
            if (Of(node) is not { } sockets)
            {
                continue;
            }

            if (!byNode.TryGetValue(node.Id, out var entry))
            {
                byNode.Add(node.Id, entry = ([], []));
                order.Add(node.Id);
            }

            foreach (var socket in sockets)
            {
                if (entry.Known.Add(socket))
                {
                    budget.Collect();
                    entry.List.Add(socket);
                }
            }
        }

        foreach (string id in order)
        {
            yield return new(id, byNode[id].List);
        }
    }
}
