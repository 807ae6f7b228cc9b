using Microsoft.Extensions.Logging;
using Skydive.Graph;

namespace Skydive.Analyzer.Hub;

/// <summary>
/// Removes what agents told of when they have been silent for too long: until then their graph stays as it was, since most are back in a moment.
/// Safe for use by several threads at once.
/// </summary>
internal sealed partial class AgentPresence : IAsyncDisposable
{
    private const string AgentPrefix = "agent.";

    private readonly LiveGraph _graph;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly ILogger<AgentPresence> _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _silentSince = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private long _expired;
    private int _isDisposed;

    /// <summary>Begins to watch. Agents whose elements the graph has already have been silent from now on.</summary>
    /// <param name="graph">The analyzer's graph.</param>
    /// <param name="patience">How long an agent may be silent.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of agents that are given up.</param>
    public AgentPresence(LiveGraph graph, TimeSpan patience, TimeProvider time, ILogger<AgentPresence> logger)
    {
        _graph = graph;
        _patience = patience;
        _time = time;
        _logger = logger;
        long now = time.GetTimestamp();
        foreach (string origin in graph.Current.GetNodes().Select(static node => node.Origin).Where(static origin => origin.StartsWith(AgentPrefix, StringComparison.Ordinal)).Distinct())
        {
            _silentSince[origin[AgentPrefix.Length..]] = now;
        }

        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when it is disposed, or fails with what broke it.</summary>
    public Task Completion { get; }

    /// <summary>How many agents were given up so far.</summary>
    public long Expired => Interlocked.Read(ref _expired);

    /// <summary>The agents that are silent and not given up yet.</summary>
    public int Silent
    {
        get
        {
            lock (_lock)
            {
                return _silentSince.Count;
            }
        }
    }

    /// <summary>An agent is there. What it tells from now on is not removed.</summary>
    /// <param name="host">Identity of its host.</param>
    public void Enter(string host)
    {
        lock (_lock)
        {
            _connections[host] = _connections.GetValueOrDefault(host) + 1;
            _silentSince.Remove(host);
        }
    }

    /// <summary>A connection of an agent has ended.</summary>
    /// <param name="host">Identity of its host.</param>
    public void Leave(string host)
    {
        lock (_lock)
        {
            int left = _connections.GetValueOrDefault(host) - 1;
            if (left > 0)
            {
                _connections[host] = left;
                return;
            }

            _connections.Remove(host);
            _silentSince[host] = _time.GetTimestamp();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromTicks(Math.Clamp(_patience.Ticks / 5, TimeSpan.FromMilliseconds(50).Ticks, TimeSpan.FromSeconds(5).Ticks)), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                RemoveSilent();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private void RemoveSilent()
    {
        // The steady clock, not that of the day, which is set now and then. One who comes back waits until his old graph is gone.
        lock (_lock)
        {
            foreach (string host in _silentSince.Where(entry => _time.GetElapsedTime(entry.Value) >= _patience).Select(static entry => entry.Key).ToArray())
            {
                _silentSince.Remove(host);
                int before = _graph.Current.NodeCount;
                new GraphReceiver(_graph, AgentPrefix + host, _logger).Synchronize(new());
                Interlocked.Increment(ref _expired);
                LogExpired(_logger, host, _patience.TotalSeconds, before - _graph.Current.NodeCount);
            }
        }
    }

    [LoggerMessage(2051, LogLevel.Warning, "Agent {Host} has been silent for {Seconds:F0} s: its {Nodes} nodes are not shown until it is back")]
    private static partial void LogExpired(ILogger logger, string host, double seconds, int nodes);
}
