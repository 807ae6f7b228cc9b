namespace Skydive;

/// <summary>What happened to a node or an edge.</summary>
public enum TopologyEventType
{
    /// <summary>A node appeared.</summary>
    NodeAdded,

    /// <summary>A node changed.</summary>
    NodeUpdated,

    /// <summary>A node went away.</summary>
    NodeDeleted,

    /// <summary>An edge appeared.</summary>
    EdgeAdded,

    /// <summary>An edge changed.</summary>
    EdgeUpdated,

    /// <summary>An edge went away.</summary>
    EdgeDeleted,
}
