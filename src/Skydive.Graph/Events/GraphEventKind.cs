namespace Skydive.Graph.Events;

/// <summary>What happened to an element. The numbers are Skydive's.</summary>
public enum GraphEventKind
{
    /// <summary>A node got a new revision.</summary>
    NodeUpdated = 1,

    /// <summary>A node appeared.</summary>
    NodeAdded = 2,

    /// <summary>A node went away.</summary>
    NodeDeleted = 3,

    /// <summary>An edge got a new revision.</summary>
    EdgeUpdated = 4,

    /// <summary>An edge appeared.</summary>
    EdgeAdded = 5,

    /// <summary>An edge went away.</summary>
    EdgeDeleted = 6,
}
