using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Namespaces;

/// <summary>
/// A thread that enters namespaces on behalf of others, and comes home after each job. Idle threads wait in a small pool; one that
/// cannot come home is discarded, since whatever ran on it next would see the wrong network.
/// </summary>
internal sealed class NamespaceThread
{
    private const int MaximumIdle = 4;

    private static readonly ConcurrentQueue<NamespaceThread> s_idle = new();
    private static int s_idleCount;
    private static int s_threadsStarted;

    [ThreadStatic]
    private static NamespaceThread? t_current;

    // Events and not semaphores, which spin before they wait: a job takes longer than that.
    private readonly AutoResetEvent _given = new(false);
    private readonly AutoResetEvent _done = new(false);

    /// <summary>The namespace that the thread was born in.</summary>
    private readonly NetworkNamespace _home;

    /// <summary>Where the running job has taken the thread.</summary>
    private NetworkNamespace _where;

    private NamespaceJob? _job;
    private bool _lost;

    private NamespaceThread()
    {
        // A new thread is born in the namespace of its maker; that is the one to come home to.
        _home = NetworkNamespace.OpenCurrent();
        _where = _home;
        Interlocked.Increment(ref s_threadsStarted);
        new Thread(Loop) { IsBackground = true, Name = "namespace" }.Start();
    }

    /// <summary>How many threads were ever started, for tests.</summary>
    internal static int ThreadsStarted => Volatile.Read(ref s_threadsStarted);

    /// <summary>Runs a job inside a namespace. On a namespace thread it runs at once, nested in the job that asks.</summary>
    internal static TResult Run<TState, TResult>(NetworkNamespace target, TState state, Func<TState, TResult> action)
    {
        var job = new NamespaceJob<TState, TResult>(target, state, action);
        if (t_current is { } current)
        {
            current.Execute(job);
        }
        else
        {
            NamespaceThread thread = Rent();
            thread.Give(job);
            thread.Return();
        }

        job.Failure?.Throw();
        return job.Result!;
    }

    private static NamespaceThread Rent()
    {
        if (s_idle.TryDequeue(out NamespaceThread? thread))
        {
            Interlocked.Decrement(ref s_idleCount);
            return thread;
        }

        return new NamespaceThread();
    }

    private void Give(NamespaceJob job)
    {
        _job = job;
        _given.Set();
        _done.WaitOne();
    }

    private void Return()
    {
        if (_lost)
        {
            return;
        }

        if (Interlocked.Increment(ref s_idleCount) > MaximumIdle)
        {
            Interlocked.Decrement(ref s_idleCount);
            _job = null;
            _given.Set();
            return;
        }

        s_idle.Enqueue(this);
    }

    private void Loop()
    {
        t_current = this;
        while (true)
        {
            _given.WaitOne();
            NamespaceJob? job = _job;
            if (job is null)
            {
                break;
            }

            Execute(job);
            _job = null;

            // The thread is at home again, or lost for good: only now may others run because of it.
            bool lost = _lost;
            _done.Set();
            if (lost)
            {
                break;
            }
        }

        _home.Dispose();
    }

    private void Execute(NamespaceJob job)
    {
        NetworkNamespace before = _where;
        bool held = false;
        try
        {
            // Held open while the thread is in it, so that a nested job can always come back.
            job.Target.Descriptor.DangerousAddRef(ref held);
            if (_lost)
            {
                throw new LinuxException(
                    "setns", Errno.None, LinuxErrorReason.Other, "the thread could not return to its namespace after an earlier job");
            }

            // Whoever is there already needs no privilege to be there. The number cannot have passed to another namespace: this one is held.
            if (job.Target.Id != before.Id)
            {
                if (!Enter(job.Target))
                {
                    throw LinuxException.FromLastError($"setns {job.Target.Path}");
                }

                _where = job.Target;
            }

            job.Run();
        }
        catch (Exception exception)
        {
            job.Failure = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            if (!ReferenceEquals(_where, before))
            {
                if (Enter(before))
                {
                    _where = before;
                }
                else
                {
                    _lost = true;
                }
            }

            if (held)
            {
                job.Target.Descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>Enters by number: a namespace held open by a job is entered even when its owner has disposed it meanwhile.</summary>
    private static bool Enter(NetworkNamespace target) =>
        Libc.SetNamespace((int)target.Descriptor.DangerousGetHandle(), Constants.CloneNewNet) == 0;
}
