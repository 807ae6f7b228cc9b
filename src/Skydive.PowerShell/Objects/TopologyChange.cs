using Skydive.Contracts.Queries;

namespace Skydive;

/// <summary>What became of a node or an edge between two times.</summary>
public sealed class TopologyChange
{
    internal TopologyChange(NodeDifference difference, DateTimeOffset? time)
        : this(new Node((difference.After ?? difference.Before)!))
    {
        Change = difference.Kind.ToString();
        Before = difference.Before is { } before ? new Node(before) : null;
        After = difference.After is { } after ? new Node(after) : null;
        Changes = Convert(difference.Fields);
        Time = time;
    }

    internal TopologyChange(EdgeDifference difference, string? source, string? destination, DateTimeOffset? time)
        : this(new Edge((difference.After ?? difference.Before)!, source, destination))
    {
        Change = difference.Kind.ToString();
        Before = difference.Before is { } before ? new Edge(before, source, destination) : null;
        After = difference.After is { } after ? new Edge(after, source, destination) : null;
        Changes = Convert(difference.Fields);
        Time = time;
    }

    internal TopologyChange(Node node)
    {
        Element = "Node";
        Id = node.Id;
        Name = node.ToString();
        Type = node.Type;
        Host = node.Host;
        TID = node.TID;
        (Before, After) = (node, node);
    }

    internal TopologyChange(Edge edge)
    {
        Element = "Edge";
        Id = edge.Id;
        Name = $"{edge.Source} → {edge.Destination}";
        Type = edge.RelationType;
        Host = edge.Host;
        (Before, After) = (edge, edge);
    }

    /// <summary>Added, Removed, Changed or Equal.</summary>
    public string Change { get; } = "Equal";

    /// <summary>Node or Edge.</summary>
    public string Element { get; }

    /// <summary>The element's identifier.</summary>
    public string Id { get; }

    /// <summary>Name of the node, or the names at both ends of the edge.</summary>
    public string Name { get; }

    /// <summary>Type of the node, or relation type of the edge.</summary>
    public string Type { get; }

    /// <summary>Identity of the host that reported it.</summary>
    public string Host { get; }

    /// <summary>The node's topology identifier; null for edges.</summary>
    public string? TID { get; }

    /// <summary>What changed in it; empty unless it was changed.</summary>
    public MetadataChange[] Changes { get; } = [];

    /// <summary>The node or edge at the one time; null when it was not there.</summary>
    public object? Before { get; }

    /// <summary>The node or edge at the other time; null when it was not there.</summary>
    public object? After { get; }

    /// <summary>When it changed last between the times; null when that is not known.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>What became of what.</summary>
    public override string ToString() => $"{Change} {Name}";

    private static MetadataChange[] Convert(IReadOnlyList<FieldDifference> fields) =>
        [.. fields.Select(static field => new MetadataChange(field.Path, Plain.Value(field.Before), Plain.Value(field.After)))];
}
