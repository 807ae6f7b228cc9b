using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Topology;
using Skydive.Contracts.Status;
using Skydive.Linux;

namespace Skydive.Agent.Probes;

/// <summary>
/// The selected probes of an agent. Each starts in the background: one that cannot is told once, shows it in its state, and is tried again
/// with growing pauses, while the rest of the agent works.
/// </summary>
internal sealed partial class ProbeSet : IAsyncDisposable
{
    private static readonly TimeSpan s_maximumRetryDelay = TimeSpan.FromMinutes(1);

    private readonly IReadOnlyList<IAgentProbe> _probes;
    private readonly Dictionary<string, ProbeState> _unknown = new(StringComparer.Ordinal);
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _starts = Task.CompletedTask;
    private int _isDisposed;

    /// <summary>Makes the probes.</summary>
    /// <param name="names">Those that are wanted; the ones that run always are left out, and so is one named a second time.</param>
    /// <param name="catalog">How they are made.</param>
    /// <param name="context">What they work with.</param>
    /// <param name="logger">Told of what cannot start.</param>
    public ProbeSet(
        IReadOnlyList<string> names, IReadOnlyDictionary<string, Func<ProbeContext, IAgentProbe>> catalog, ProbeContext context, ILogger logger)
    {
        _logger = logger;
        var probes = new List<IAgentProbe>();
        foreach (string name in names.Distinct(StringComparer.Ordinal).Except(ProbeCatalog.AlwaysOn, StringComparer.Ordinal))
        {
            if (catalog.TryGetValue(name, out var make))
            {
                probes.Add(make(context));
                continue;
            }

            var state = new ProbeState();
            state.SetFailed("no such probe in this version");
            _unknown.Add(name, state);
            LogUnknown(logger, name);
        }

        _probes = probes;
    }

    /// <summary>How long until a probe that could not start is tried for the second time; each further pause is twice as long.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How the probes do, by name; those that were asked for and do not exist have failed.</summary>
    public IEnumerable<KeyValuePair<string, ProbeStatus>> Status =>
        _probes.Select(static probe => KeyValuePair.Create(probe.Name, probe.State.Status))
            .Concat(_unknown.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value.Status)));

    /// <summary>Ends when the set is disposed, or fails when one of the probes breaks.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Has all probes started, and does not wait for it.</summary>
    public void Start() => _starts = Task.WhenAll(_probes.Select(probe => Task.Run(() => StartAsync(probe))));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _starts.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var probe in _probes)
        {
            await probe.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
        _completion.TrySetResult();
    }

    private static bool IsMissing(Exception e) =>
        e is LinuxException or IOException or UnauthorizedAccessException or Win32Exception or HttpRequestException or TimeoutException;

    private async Task StartAsync(IAgentProbe probe)
    {
        var delay = RetryDelay;
        try
        {
            while (!await TryStartAsync(probe).ConfigureAwait(false))
            {
                // Many agents that start at once must not all come back at once.
                await Task.Delay(delay * (0.75 + (Random.Shared.NextDouble() / 2)), _stop.Token).ConfigureAwait(false);
                delay = delay * 2 < s_maximumRetryDelay ? delay * 2 : s_maximumRetryDelay;
            }

            probe.State.ClearProblem(string.Empty);
            _ = probe.Completion.ContinueWith(
                ended => Break(probe, ended.Exception!.GetBaseException()),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // Whatever breaks a probe is handed to whoever watches the completion, and ends the process there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Break(probe, e);
        }
    }

    private async Task<bool> TryStartAsync(IAgentProbe probe)
    {
        try
        {
            await probe.StartAsync(_stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (IsMissing(e))
        {
            if (probe.State.SetProblem(string.Empty, e.Message))
            {
                LogNotStarted(_logger, probe.Name, e.Message);
            }

            return false;
        }
    }

    private void Break(IAgentProbe probe, Exception fault)
    {
        probe.State.SetFailed(fault.Message);
        _completion.TrySetException(fault);
    }

    [LoggerMessage(1031, LogLevel.Warning, "Probe {Name} cannot start: {Reason}; trying again")]
    private static partial void LogNotStarted(ILogger logger, string name, string reason);

    [LoggerMessage(1032, LogLevel.Warning, "There is no probe {Name} in this version")]
    private static partial void LogUnknown(ILogger logger, string name);
}
