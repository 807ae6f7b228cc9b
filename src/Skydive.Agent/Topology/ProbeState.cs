using Skydive.Contracts.Status;

namespace Skydive.Agent.Topology;

/// <summary>How a probe does. Written by the probe, read by anyone.</summary>
internal sealed class ProbeState
{
    private volatile ProbeStatus _status = new() { Status = "starting" };
    private long _resynchronizations;

    /// <summary>The state as it is told to users.</summary>
    public ProbeStatus Status => _status with { Resynchronizations = Interlocked.Read(ref _resynchronizations) };

    /// <summary>All is well.</summary>
    public void SetRunning() => _status = new() { Status = "running" };

    /// <summary>Something is missing, the rest works.</summary>
    public void SetDegraded(string message) => _status = new() { Status = "degraded", Message = message };

    /// <summary>It does not work at all.</summary>
    public void SetFailed(string message) => _status = new() { Status = "failed", Message = message };

    /// <summary>Events were lost and everything was read anew.</summary>
    public void CountResynchronization() => Interlocked.Increment(ref _resynchronizations);
}
