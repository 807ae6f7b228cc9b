using System.Collections.Concurrent;
using Skydive.Agent.Captures;
using Skydive.Agent.Captures.Sources;
using Skydive.Contracts.Captures;
using Skydive.Packets;

namespace Skydive.Agent.Tests.Support;

/// <summary>A capture source that does what the test says.</summary>
internal sealed class ScriptedSource : ICaptureSource
{
    private readonly BlockingCollection<Func<CaptureIntake, bool>> _script = [];

    public LinkType LinkType => LinkType.Ethernet;

    public bool IsDisposed { get; private set; }

    /// <summary>Does something on the capture's thread.</summary>
    public void Do(Func<CaptureIntake, bool> step) => _script.Add(step);

    public bool Read(CaptureIntake intake, TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            return !_script.TryTake(out var step, (int)timeout.TotalMilliseconds, stop) || step(intake);
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public void Drain(CaptureIntake intake)
    {
    }

    public CaptureStatistics GetStatistics() => new() { PacketsReceived = 7, PacketsIfDropped = 1 };

    public void Dispose() => IsDisposed = true;
}
