using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Graph.Tests;

/// <summary>Makes random changes, of a kind that is never refused.</summary>
internal sealed class RandomWriter(int seed, int identifiers = 30)
{
    private static readonly string[] s_types = ["veth", "bridge", "host", "netns"];

    private readonly Random _random = new(seed);

    public Random Random => _random;

    public void Change(GraphTransaction transaction)
    {
        for (int changes = _random.Next(1, 8); changes > 0; changes--)
        {
            ChangeOnce(transaction);
        }
    }

    public MetadataMap Metadata()
    {
        var builder = new MetadataBuilder().Set("Type", s_types[_random.Next(s_types.Length)]);
        if (_random.Next(2) == 0)
        {
            builder.Set("Name", "eth" + _random.Next(4));
        }

        if (_random.Next(2) == 0)
        {
            builder.Set("IPV4", MetadataValue.List(Enumerable.Range(0, _random.Next(3)).Select(_ => "10.0.0." + _random.Next(5))));
        }

        return builder.SetIfNotNull("MTU", _random.Next(3) == 0 ? default : _random.Next(3)).SetIfNotNull("State", _random.Next(2) == 0 ? "UP" : default(MetadataValue)).Build();
    }

    private void ChangeOnce(GraphTransaction transaction)
    {
        string id = "n" + _random.Next(identifiers), other = "n" + _random.Next(identifiers), edgeId = "e" + _random.Next(identifiers);
        var node = transaction.FindNode(id);
        bool hasEnds = node is not null && transaction.FindNode(other) is not null;
        var edge = transaction.FindEdge(edgeId);
        switch (_random.Next(14))
        {
            case 0 or 1 or 2 when node is null:
                transaction.AddNode(id, Metadata());
                break;
            case 3 when node is not null:
                transaction.SetMetadata(node, Metadata());
                break;
            case 4 when node is not null:
                transaction.Set(node, _random.Next(2) == 0 ? "State" : "a.b", _random.Next(3));
                break;
            case 5 when node is not null:
                transaction.Remove(node, _random.Next(2) == 0 ? "State" : "a.b");
                break;
            case 6 when _random.Next(2) == 0:
                transaction.DeleteNode(id);
                break;
            case 7 or 8 when edge is null && hasEnds:
                transaction.AddEdge(edgeId, id, other, MetadataMap.Create(("RelationType", "layer2")));
                break;
            case 9 when edge is not null:
                transaction.SetMetadata(edge, MetadataMap.Create(("RelationType", "layer2"), ("x", _random.Next(3))));
                break;
            case 10:
                transaction.DeleteEdge(edgeId);
                break;
            case 11 when hasEnds:
                transaction.SetOwner(id, other);
                break;
            case 12 when node is not null:
                transaction.Put(node.With(Metadata(), node.UpdatedAt + 1, node.Revision + _random.Next(-1, 3), "elsewhere"));
                break;
            case 13 when edge is not null && hasEnds:
                transaction.Put(new Edge
                {
                    Id = edgeId,
                    Parent = _random.Next(2) == 0 ? edge.Parent : id,
                    Child = other,
                    Metadata = edge.Metadata,
                    CreatedAt = edge.CreatedAt,
                    UpdatedAt = edge.UpdatedAt + 1,
                    Revision = edge.Revision + 1,
                });
                break;
        }
    }
}
