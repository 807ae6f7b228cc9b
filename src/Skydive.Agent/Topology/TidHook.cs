using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Topology;

/// <summary>
/// Gives every node its topology identifier (TID), which stays the same when the agent restarts: that of a host follows from its name, of a
/// namespace from host and path, of an Open vSwitch bridge or port from host and UUID, of anything else from its owner's TID, name and type.
/// A change of any of these changes the TID, also of what is owned below, in the same revision. A node that no host owns, directly or not,
/// has none. A node that is added with an identifier keeps it until something changes: whoever adds thousands knows it already.
/// </summary>
internal sealed class TidHook : IGraphHook
{
    /// <summary>More owners above one another than there are in any topology: who goes further is going in a circle.</summary>
    private const int MaximumDepth = 32;

    /// <summary>The identifier of a namespace.</summary>
    /// <param name="hostTid">That of its host.</param>
    /// <param name="path">Where it was found.</param>
    public static string DeriveNamespace(string hostTid, string path) => Identifiers.Derive(hostTid, path, "netns");

    /// <summary>The identifier of anything that is neither host nor namespace nor of Open vSwitch.</summary>
    /// <param name="ownerTid">That of its owner.</param>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its type.</param>
    public static string Derive(string ownerTid, string name, string type) => Identifiers.Derive(ownerTid, name, type);

    /// <inheritdoc/>
    public void BeforeCommit(GraphTransaction transaction)
    {
        var pending = new Queue<string>();
        foreach (var (before, node) in transaction.NodeChanges)
        {
            if (before is null ? node.TID is null : IsOther(before, node))
            {
                pending.Enqueue(node.Id);
            }
        }

        foreach (var edge in transaction.ChangedEdges.Concat(transaction.RemovedEdges))
        {
            // Who adds a node with an identifier has taken the owner into account.
            if (edge.RelationType == RelationTypes.Ownership
                && !(transaction.IsNewNode(edge.Child) && transaction.FindNode(edge.Child) is { TID: not null }))
            {
                pending.Enqueue(edge.Child);
            }
        }

        if (pending.Count == 0)
        {
            return;
        }

        var view = transaction.Peek();
        while (pending.TryDequeue(out string? id))
        {
            if (transaction.FindNode(id) is not { } node)
            {
                continue;
            }

            string? tid = Compute(node, view);
            if (node.TID == tid)
            {
                continue;
            }

            node = tid is null ? transaction.Remove(node, "TID") : transaction.Set(node, "TID", tid);
            view = transaction.Peek();
            foreach (var edge in view.GetEdges(node, EdgeDirection.Out))
            {
                if (edge.RelationType == RelationTypes.Ownership)
                {
                    pending.Enqueue(edge.Child);
                }
            }
        }
    }

    /// <summary>Whether something is different that the identifier follows from, or the identifier itself.</summary>
    private static bool IsOther(Node before, Node after) =>
        before.Name != after.Name || before.Type != after.Type || before.TID != after.TID || after.TID is null
        || before.GetText("Path") != after.GetText("Path") || before.GetText("UUID") != after.GetText("UUID");

    private static string? Compute(Node node, GraphSnapshot view)
    {
        if (node.Type == "host")
        {
            return Identifiers.Derive(node.Name);
        }

        if (view.GetOwner(node) is not { TID: { } ownerTid } owner || FindHost(owner, view) is not { TID: { } hostTid })
        {
            return null;
        }

        return node.Type switch
        {
            "netns" => DeriveNamespace(hostTid, node.GetText("Path") ?? string.Empty),
            "ovsbridge" or "ovsport" => Identifiers.Derive(hostTid, node.GetText("UUID") ?? string.Empty, node.Type),
            _ => Derive(ownerTid, node.Name, node.Type),
        };
    }

    private static Node? FindHost(Node owner, GraphSnapshot view)
    {
        Node? node = owner;
        for (int depth = 0; node is not null && depth < MaximumDepth; depth++)
        {
            if (node.Type == "host")
            {
                return node;
            }

            node = view.GetOwner(node);
        }

        return null;
    }
}
