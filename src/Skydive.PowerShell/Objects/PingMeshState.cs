namespace Skydive;

/// <summary>How a ping mesh does.</summary>
public enum PingMeshState
{
    /// <summary>Pairs are measured.</summary>
    Active,

    /// <summary>Every pair has sent all its requests.</summary>
    Completed,
}
