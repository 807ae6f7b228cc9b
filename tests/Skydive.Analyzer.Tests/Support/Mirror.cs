using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>A client that refuses what cannot be applied.</summary>
internal sealed class Mirror
{
    public Dictionary<string, Node> Nodes { get; } = [];

    public Dictionary<string, Edge> Edges { get; } = [];

    public void Apply(IEnumerable<ReadOnlyMemory<byte>> messages)
    {
        foreach (var bytes in messages)
        {
            Apply(JsonSerializer.Deserialize(bytes.Span, ContractsJsonContext.Default.WebSocketMessage)!);
        }
    }

    public void Apply(WebSocketMessage message)
    {
        switch (message.Type)
        {
            case MessageTypes.Sync or MessageTypes.SyncReply:
                var graph = message.Obj.Deserialize(ContractsJsonContext.Default.SubGraph)!;
                Nodes.Clear();
                Edges.Clear();
                foreach (var node in graph.Nodes)
                {
                    Nodes.Add(node.Id, node);
                }

                foreach (var edge in graph.Edges)
                {
                    Edges.Add(edge.Id, edge);
                }

                break;
            case MessageTypes.NodeAdded:
                var added = message.Obj.Deserialize(ContractsJsonContext.Default.Node)!;
                Nodes.Add(added.Id, added);
                break;
            case MessageTypes.NodeUpdated:
                var updated = message.Obj.Deserialize(ContractsJsonContext.Default.Node)!;
                Assert.True(Nodes.ContainsKey(updated.Id));
                Nodes[updated.Id] = updated;
                break;
            case MessageTypes.NodeDeleted:
                string gone = message.Obj.GetProperty("ID").GetString()!;
                Assert.True(Nodes.Remove(gone));
                Assert.DoesNotContain(Edges.Values, edge => edge.Parent == gone || edge.Child == gone);
                break;
            case MessageTypes.EdgeAdded:
                var link = message.Obj.Deserialize(ContractsJsonContext.Default.Edge)!;
                Assert.True(Nodes.ContainsKey(link.Parent) && Nodes.ContainsKey(link.Child));
                Edges.Add(link.Id, link);
                break;
            case MessageTypes.EdgeUpdated:
                var changed = message.Obj.Deserialize(ContractsJsonContext.Default.Edge)!;
                Assert.True(Edges.ContainsKey(changed.Id));
                Edges[changed.Id] = changed;
                break;
            case MessageTypes.EdgeDeleted:
                Assert.True(Edges.Remove(message.Obj.GetProperty("ID").GetString()!));
                break;
            default:
                var update = message.Obj.Deserialize(ContractsJsonContext.Default.PartialUpdate)!;
                if (message.Type == MessageTypes.NodePartiallyUpdated)
                {
                    var node = Nodes[update.ID];
                    Nodes[update.ID] = node.With(MetadataOperation.Apply(node.Metadata, update.Ops), update.UpdatedAt, update.Revision);
                }
                else
                {
                    var edge = Edges[update.ID];
                    Edges[update.ID] = edge.With(MetadataOperation.Apply(edge.Metadata, update.Ops), update.UpdatedAt, update.Revision);
                }

                break;
        }
    }
}
