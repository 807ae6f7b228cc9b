namespace Skydive.Contracts.PingMeshes;

/// <summary>The values of <see cref="PingPair.State"/>.</summary>
public static class PingPairStates
{
    /// <summary>No request was answered or lost so far.</summary>
    public const string Pending = "pending";

    /// <summary>The last request was answered.</summary>
    public const string Up = "up";

    /// <summary>The last request was lost.</summary>
    public const string Down = "down";

    /// <summary>Nothing can be sent; Error says why.</summary>
    public const string Failed = "failed";
}
