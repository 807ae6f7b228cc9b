using System.Collections.Concurrent;
using Skydive.Contracts.Status;

namespace Skydive.Agent.Topology;

/// <summary>
/// How a probe does: starting until <see cref="SetRunning"/>, running then, degraded while it has problems, failed for good. Safe for use by
/// several threads at once.
/// </summary>
internal sealed class ProbeState
{
    private readonly ConcurrentDictionary<string, string> _problems = new(StringComparer.Ordinal);
    private volatile bool _isRunning;
    private volatile string? _failure;
    private long _resynchronizations;

    /// <summary>The state as it is told to users.</summary>
    public ProbeStatus Status
    {
        get
        {
            // Of many problems one is told in full: the first by name, so that the answer does not change from call to call.
            string[] problems = [.. _problems.ToArray().OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => entry.Value)];
            return new()
            {
                Status = _failure is not null ? "failed" : problems.Length > 0 ? "degraded" : _isRunning ? "running" : "starting",
                Message = _failure ?? (problems.Length > 1 ? $"{problems[0]} (and {problems.Length - 1} more)" : problems.FirstOrDefault()),
                Resynchronizations = Interlocked.Read(ref _resynchronizations),
            };
        }
    }

    /// <summary>It has done its first work.</summary>
    public void SetRunning() => _isRunning = true;

    /// <summary>Something is missing or wrong, the rest works.</summary>
    /// <param name="subject">What it is about; a later problem of the same subject takes its place.</param>
    /// <param name="message">What is wrong, and the remedy.</param>
    /// <returns>Whether this is news, and not the same problem as before.</returns>
    public bool SetProblem(string subject, string message)
    {
        bool isNews = !_problems.TryGetValue(subject, out string? before) || before != message;
        _problems[subject] = message;
        return isNews;
    }

    /// <summary>A problem is gone, if there was one.</summary>
    /// <param name="subject">What it was about.</param>
    public void ClearProblem(string subject) => _problems.TryRemove(subject, out _);

    /// <summary>It does not work at all.</summary>
    public void SetFailed(string message) => _failure = message;

    /// <summary>Events were lost and everything was read anew.</summary>
    public void CountResynchronization() => Interlocked.Increment(ref _resynchronizations);
}
