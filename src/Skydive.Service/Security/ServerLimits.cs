namespace Skydive.Service.Security;

/// <summary>What connections and requests may take up before the API sees them.</summary>
internal sealed record ServerLimits
{
    public required long MaximumBodyBytes { get; init; }

    public required int MaximumHeaderBytes { get; init; }

    public required int MaximumHeaders { get; init; }

    public required TimeSpan HeaderTime { get; init; }

    public required TimeSpan IdleTime { get; init; }

    /// <summary>Bytes a second; 0 for no limit.</summary>
    public required long MinimumBodyRate { get; init; }

    public required int Connections { get; init; }

    public required int ConnectionsPerAddress { get; init; }
}
