using Skydive.Agent.Captures.Sources;
using Skydive.Linux;

namespace Skydive.Agent.Captures;

/// <summary>A thread that carries traffic from one source into one flow table. Nothing in it is shared with another.</summary>
internal sealed class CaptureWorker
{
    private readonly CancellationToken _stop;
    private readonly Action<Exception?> _onEnd;
    private readonly string _name;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a worker that does not work yet.</summary>
    /// <param name="source">The source; closed at the end.</param>
    /// <param name="intake">Takes the traffic; emptied at the end.</param>
    /// <param name="name">Name of the thread.</param>
    /// <param name="onEnd">Told on the thread when it ends by itself: null because the source has gone, or what broke it.</param>
    /// <param name="stop">Ends it.</param>
    public CaptureWorker(ICaptureSource source, CaptureIntake intake, string name, Action<Exception?> onEnd, CancellationToken stop)
    {
        Source = source;
        Intake = intake;
        _onEnd = onEnd;
        _stop = stop;
        _name = name;
    }

    public ICaptureSource Source { get; }

    public CaptureIntake Intake { get; }

    /// <summary>Ends when the thread has, after its flows were sent and the source was closed.</summary>
    public Task Completion => _ended.Task;

    /// <summary>Begins to work. Where no thread can be had the worker ends at once, as one whose source broke.</summary>
    public void Start()
    {
        try
        {
            new Thread(Run) { IsBackground = true, Name = _name }.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // Thousands of captures may be asked for; those beyond what the system gives must not take the agent with them.
            Abandon(new LinuxException("start a thread", Errno.TryAgain));
        }
    }

    private void Abandon(Exception fault)
    {
        _onEnd(fault);
        Source.Dispose();
        Intake.Dispose();
        _ended.TrySetResult();
    }

    private void Run()
    {
        try
        {
            if (!Carry())
            {
                _onEnd(null);
            }
        }
#pragma warning disable CA1031 // Frames come from anybody: a fault in one capture is shown at its node and must not take the agent with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _onEnd(e);
        }

        Source.Dispose();
        Intake.Dispose();
        _ended.TrySetResult();
    }

    /// <summary>Works until it is to end.</summary>
    /// <returns>False when the source has gone before.</returns>
    private bool Carry()
    {
        Intake.Tick(Source.NowNanoseconds);
        bool isThere = true;
        while (isThere && !_stop.IsCancellationRequested)
        {
            var wait = TimeSpan.FromTicks(Math.Clamp((Intake.NextTickNanoseconds - Source.NowNanoseconds) / TimeSpan.NanosecondsPerTick, 0, TimeSpan.TicksPerMinute));
            isThere = Source.Read(Intake, wait, _stop);
            Intake.Flush();
            long now = Source.NowNanoseconds;
            if (Intake.NextTickNanoseconds <= now)
            {
                Intake.Tick(now);
            }
        }

        Source.Drain(Intake);
        Intake.Finish(Source.NowNanoseconds);
        return isThere;
    }
}
