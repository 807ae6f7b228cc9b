namespace Skydive.Contracts.Status;

/// <summary>Answer of <c>GET /api</c>.</summary>
public sealed record ServiceInfo
{
    /// <summary>Identity of the host.</summary>
    public required string Host { get; init; }

    /// <summary>Version of the service.</summary>
    public required string Version { get; init; }

    /// <summary>analyzer or agent.</summary>
    public required string Service { get; init; }
}
