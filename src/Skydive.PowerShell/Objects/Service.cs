using Skydive.Contracts.Services;

namespace Skydive;

/// <summary>A service of this host.</summary>
public sealed class Service
{
    internal Service(LocalService service)
    {
        Role = ParseRole(service.Role);
        Pid = service.Pid;
        State = Enum.TryParse<ServiceState>(service.State, out var state) ? state : ServiceState.Stopped;
        Endpoints = [.. service.Endpoints];
        MemoryBytes = service.MemoryBytes;
        Since = service.Since?.ToLocalTime();
        Configuration = [.. service.Configuration];
        Log = service.Log;
        Unit = service.Unit;
        UnitPath = service.UnitPath;
    }

    /// <summary>What it does.</summary>
    public ServiceRole Role { get; }

    /// <summary>Its process; null when none runs.</summary>
    public int? Pid { get; }

    /// <summary>How it does.</summary>
    public ServiceState State { get; }

    /// <summary>Where it serves its API; Connect-SkydiveAnalyzer takes these.</summary>
    public string[] Endpoints { get; }

    /// <summary>Resident memory; null when no process runs.</summary>
    public long? MemoryBytes { get; }

    /// <summary>When its process began; null when none runs.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>The configuration files that it was given.</summary>
    public string[] Configuration { get; }

    /// <summary>The file of its log; null when the journal has it.</summary>
    public string? Log { get; }

    /// <summary>Its unit of systemd; null when it runs without.</summary>
    public string? Unit { get; }

    /// <summary>The file of the unit; null when there is none.</summary>
    public string? UnitPath { get; }

    /// <summary>Role and state.</summary>
    public override string ToString() => $"{Role} {State}";

    internal static ServiceRole ParseRole(string role) => Enum.TryParse<ServiceRole>(role, ignoreCase: true, out var value) ? value : ServiceRole.AllInOne;
}
