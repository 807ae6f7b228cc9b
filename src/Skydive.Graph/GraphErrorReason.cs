namespace Skydive.Graph;

/// <summary>Why a graph refuses a change.</summary>
public enum GraphErrorReason
{
    /// <summary>A node or edge with the identifier exists.</summary>
    IdConflict,

    /// <summary>No node has the identifier.</summary>
    NodeNotFound,

    /// <summary>No edge has the identifier.</summary>
    EdgeNotFound,

    /// <summary>The edge's parent does not exist.</summary>
    ParentNotFound,

    /// <summary>The edge's child does not exist.</summary>
    ChildNotFound,
}
