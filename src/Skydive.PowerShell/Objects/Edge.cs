using System.Collections.Specialized;

namespace Skydive;

/// <summary>One revision of an edge, directed from its parent to its child.</summary>
public sealed class Edge
{
    internal Edge(Contracts.Topology.Edge edge, string? source, string? destination)
    {
        Id = edge.Id;
        RelationType = edge.RelationType;
        Parent = edge.Parent;
        Child = edge.Child;
        Source = source ?? edge.Parent;
        Destination = destination ?? edge.Child;
        Host = edge.Host;
        Origin = edge.Origin;
        Revision = edge.Revision;
        CreatedAt = Plain.Time(edge.CreatedAt);
        UpdatedAt = Plain.Time(edge.UpdatedAt);
        DeletedAt = edge.DeletedAt is { } deletedAt ? Plain.Time(deletedAt) : null;
        Metadata = Plain.Map(edge.Metadata);
    }

    /// <summary>Unique among edges.</summary>
    public string Id { get; }

    /// <summary>ownership, layer2 …</summary>
    public string RelationType { get; }

    /// <summary>Identifier of the node where the edge starts.</summary>
    public string Parent { get; }

    /// <summary>Identifier of the node where the edge ends.</summary>
    public string Child { get; }

    /// <summary>Name of the node where the edge starts, or its identifier when the name is not known.</summary>
    public string Source { get; }

    /// <summary>Name of the node where the edge ends, or its identifier when the name is not known.</summary>
    public string Destination { get; }

    /// <summary>Identity of the host that reported the edge.</summary>
    public string Host { get; }

    /// <summary>Who reported it, such as agent.web1.</summary>
    public string Origin { get; }

    /// <summary>1 for a new edge, one more for each change.</summary>
    public long Revision { get; }

    /// <summary>When the edge appeared.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>When this revision was made.</summary>
    public DateTimeOffset UpdatedAt { get; }

    /// <summary>When the edge went away; null while it is there.</summary>
    public DateTimeOffset? DeletedAt { get; }

    /// <summary>All that is known of the edge. Keys are found in any case.</summary>
    public OrderedDictionary Metadata { get; }

    /// <summary>Source, relation and destination.</summary>
    public override string ToString() => $"{Source} -{RelationType}-> {Destination}";
}
