namespace Skydive.Contracts.Services;

/// <summary>How a service on this host does.</summary>
public static class LocalServiceStates
{
    /// <summary>It runs and answers that it is ready.</summary>
    public const string Running = "Running";

    /// <summary>Its process runs and does not answer yet that it is ready.</summary>
    public const string Starting = "Starting";

    /// <summary>Its process is gone though nobody stopped it.</summary>
    public const string Exited = "Exited";

    /// <summary>It does not run: it was stopped, or is a unit that was not started.</summary>
    public const string Stopped = "Stopped";

    /// <summary>systemd gave it up.</summary>
    public const string Failed = "Failed";

    /// <summary>A unit file was written that systemd was not told of.</summary>
    public const string Written = "Written";
}
