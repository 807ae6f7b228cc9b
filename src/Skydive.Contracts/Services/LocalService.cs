namespace Skydive.Contracts.Services;

/// <summary>A service on this host, as <c>skydive service</c> tells of it.</summary>
public sealed record LocalService
{
    /// <summary>allinone, analyzer or agent.</summary>
    public required string Role { get; init; }

    /// <summary>The process; null when none runs.</summary>
    public int? Pid { get; init; }

    /// <summary>One of <see cref="LocalServiceStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Where it serves its API.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>Resident memory; null when no process runs.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>When the process began; null when none runs.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The configuration files that it was given.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    /// <summary>The file of its log; null when the journal has it.</summary>
    public string? Log { get; init; }

    /// <summary>The unit of systemd; null when it runs without.</summary>
    public string? Unit { get; init; }

    /// <summary>The file of the unit; null when there is none.</summary>
    public string? UnitPath { get; init; }
}
