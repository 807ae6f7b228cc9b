namespace Skydive.Gremlin;

/// <summary>
/// What a step, and so a query, yields. Flags, so that a step can name all the kinds that it applies to; the kind of a query is always one.
/// </summary>
[Flags]
public enum GremlinKind
{
    /// <summary>No kind at all.</summary>
    None = 0,

    /// <summary>One graph: nodes and edges.</summary>
    Graph = 1,

    /// <summary>A sequence of nodes.</summary>
    Nodes = 1 << 1,

    /// <summary>A sequence of edges.</summary>
    Edges = 1 << 2,

    /// <summary>A sequence of paths, each a list of nodes, and edges where the walk stopped at them, from start to target.</summary>
    Paths = 1 << 3,

    /// <summary>A sequence of flows.</summary>
    Flows = 1 << 4,

    /// <summary>A sequence of values.</summary>
    Values = 1 << 5,

    /// <summary>One value, such as a count or a sum.</summary>
    Value = 1 << 6,

    /// <summary>Metric samples, grouped by node or flow.</summary>
    Metrics = 1 << 7,

    /// <summary>Sockets, grouped by node or flow.</summary>
    Sockets = 1 << 8,

    /// <summary>Captured packets, grouped by flow.</summary>
    RawPackets = 1 << 9,

    /// <summary>Nodes, edges or flows, grouped by a value.</summary>
    Groups = 1 << 10,

    /// <summary>Values by name.</summary>
    Map = 1 << 11,
}
