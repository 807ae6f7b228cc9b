namespace Skydive.Contracts.PingMeshes;

/// <summary>The values of <see cref="PingMesh.State"/>.</summary>
public static class PingMeshStates
{
    /// <summary>Pairs are measured.</summary>
    public const string Active = "active";

    /// <summary>Every pair has sent all its requests.</summary>
    public const string Completed = "completed";
}
