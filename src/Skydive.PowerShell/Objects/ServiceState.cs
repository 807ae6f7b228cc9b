namespace Skydive;

/// <summary>How a service of this host does.</summary>
public enum ServiceState
{
    /// <summary>It does not run.</summary>
    Stopped,

    /// <summary>It runs and is not ready yet.</summary>
    Starting,

    /// <summary>It runs and is ready.</summary>
    Running,

    /// <summary>It ended though nobody stopped it.</summary>
    Exited,

    /// <summary>systemd gave it up.</summary>
    Failed,

    /// <summary>Its unit was written into a folder, and systemd was not told.</summary>
    Written,
}
