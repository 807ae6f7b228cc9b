namespace Skydive.Graph;

/// <summary>Which edges of a node are meant.</summary>
[Flags]
public enum EdgeDirection
{
    /// <summary>Edges that start at the node: it is their parent.</summary>
    Out = 1,

    /// <summary>Edges that end at the node: it is their child.</summary>
    In = 2,

    /// <summary>Both; an edge from a node to itself is given once.</summary>
    Both = Out | In,
}
