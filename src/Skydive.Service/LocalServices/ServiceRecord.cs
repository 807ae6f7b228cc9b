namespace Skydive.Service.LocalServices;

/// <summary>What is remembered of a service that was started in the background.</summary>
internal sealed record ServiceRecord
{
    /// <summary>allinone, analyzer or agent.</summary>
    public required string Role { get; init; }

    /// <summary>Its process.</summary>
    public required int Pid { get; init; }

    /// <summary>When the process began, in ticks of the kernel since boot: another process with its id began at another.</summary>
    public required long StartTicks { get; init; }

    /// <summary>Since which boot.</summary>
    public required string BootId { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>Where it serves its API.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The configuration files that it was given.</summary>
    public required IReadOnlyList<string> Configuration { get; init; }

    /// <summary>The probes that it was given; null for those of its configuration.</summary>
    public IReadOnlyList<string>? Probes { get; init; }

    /// <summary>The address that it was given; null for that of its configuration.</summary>
    public string? Listen { get; init; }

    /// <summary>The file of its log.</summary>
    public required string Log { get; init; }
}
