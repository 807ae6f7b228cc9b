using Skydive.Client;
using Skydive.Client.Errors;
using Skydive.Client.Streams;
using Skydive.PowerShell;

namespace Skydive;

/// <summary>Where events of <c>Register-SkydiveEvent</c> come from: a stream that is followed in the background until it is stopped.</summary>
public sealed class SkydiveEventSource : IDisposable
{
    private static readonly TimeSpan s_flowInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly SkydiveClient _client;
    private readonly SkydiveEventKind _kind;
    private readonly IReadOnlyList<string> _queries;

    /// <param name="client">Whom to follow.</param>
    /// <param name="kind">What to tell of.</param>
    /// <param name="queries">A filter for the topology, or queries for flows; empty for everything.</param>
    internal SkydiveEventSource(SkydiveClient client, SkydiveEventKind kind, IReadOnlyList<string> queries)
    {
        _client = client;
        _kind = kind;
        _queries = queries;
    }

    /// <summary>Raised for everything that happens.</summary>
    public event EventHandler<SkydiveEventArgs>? Received;

    /// <summary>Ends the stream.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        GC.SuppressFinalize(this);
    }

    internal void Start() => _ = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_kind == SkydiveEventKind.Flow)
            {
                await FollowFlowsAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await FollowTopologyAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The subscription was ended.
        }
        catch (Exception exception) when (exception is SkydiveException or ArgumentException or ObjectDisposedException)
        {
            Raise(SkydiveEventKind.Connection, new ConnectionEvent(_client.Address, false, exception.Message, null));
        }
    }

    private async Task FollowTopologyAsync(CancellationToken cancellationToken)
    {
        var reader = new TopologyEventReader();
        var options = new TopologyStreamOptions { Filter = _queries.Count > 0 ? _queries[0] : null, ClientType = "skydive-powershell" };
        await foreach (var change in _client.WatchTopologyAsync(options, cancellationToken).ConfigureAwait(false))
        {
            switch (change.Kind)
            {
                case TopologyEventKind.Synchronized:
                    reader.Learn(change.Graph!);
                    Raise(SkydiveEventKind.Connection, new ConnectionEvent(_client.Address, true, null, null));
                    break;
                case TopologyEventKind.Disconnected:
                    Raise(SkydiveEventKind.Connection, new ConnectionEvent(_client.Address, false, change.Error!.Message, change.RetryDelay));
                    break;
                default:
                    if (_kind == SkydiveEventKind.Topology)
                    {
                        Raise(SkydiveEventKind.Topology, reader.Read(change));
                    }

                    break;
            }
        }
    }

    private async Task FollowFlowsAsync(CancellationToken cancellationToken)
    {
        var delay = s_flowInterval;
        while (true)
        {
            try
            {
                await foreach (var flow in _client.WatchFlowsAsync(_queries, s_flowInterval, initialState: false, asking: null, cancellationToken).ConfigureAwait(false))
                {
                    delay = s_flowInterval;
                    Raise(SkydiveEventKind.Flow, new Flow(flow));
                }
            }
            catch (SkydiveConnectionException exception)
            {
                Raise(SkydiveEventKind.Connection, new ConnectionEvent(_client.Address, false, exception.Message, delay));
                await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
                delay = delay * 2 < TimeSpan.FromSeconds(30) ? delay * 2 : TimeSpan.FromSeconds(30);
            }
        }
    }

    // A registration for the topology or for flows hears of its connection too: whoever waits for events has to know that none can come.
    private void Raise(SkydiveEventKind kind, object data) => Received?.Invoke(this, new(kind, data));
}
