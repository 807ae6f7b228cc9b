namespace Skydive.Client.Streams;

/// <summary>What a <see cref="TopologyEvent"/> tells.</summary>
public enum TopologyEventKind
{
    /// <summary>The whole graph: at the beginning, and after the connection was made anew.</summary>
    Synchronized,

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

    /// <summary>The connection broke; it will be made anew.</summary>
    Disconnected,
}
