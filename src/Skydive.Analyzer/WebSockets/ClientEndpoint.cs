using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Graph.Views;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// <c>/ws/subscriber</c> tells clients of every change of a graph, <c>/ws/publisher</c> takes nodes and edges from them, <c>/ws/pubsub</c>
/// does both and does not tell a client of its own changes.
/// </summary>
internal sealed class ClientEndpoint
{
    /// <summary>Origins of these begin with their own type of service: no client may take it for itself.</summary>
    private static readonly string[] s_reservedTypes = ["agent", "analyzer", "api"];

    private readonly LiveGraph _graph;
    private readonly SubscriberFilters _filters;
    private readonly Func<TimeSlice, CancellationToken, Task<IGraphView>> _history;
    private readonly WebSocketOptions _options;
    private readonly string _serviceType;
    private readonly ILogger<ClientEndpoint> _logger;
    private readonly SelectionRelay _relay;

    public ClientEndpoint(
        LiveGraph graph,
        SubscriberFilters filters,
        Func<TimeSlice, CancellationToken, Task<IGraphView>> history,
        WebSocketOptions options,
        string serviceType,
        ILogger<ClientEndpoint> logger)
    {
        _graph = graph;
        _filters = filters;
        _history = history;
        _options = options;
        _serviceType = serviceType;
        _logger = logger;
        _relay = new(graph, options.QueueSize);
    }

    /// <summary>Fails when the part breaks that follows the graph for filtered subscribers.</summary>
    public Task Fault => _relay.Fault;

    /// <summary>Whether clients are served yet.</summary>
    public Func<bool> IsReady { get; init; } = static () => true;

    /// <summary>What subscribers are told besides changes of the graph; null for nothing.</summary>
    public NoticeBoard? Notices { get; init; }

    /// <summary>Serves one connection until it ends.</summary>
    /// <param name="context">The request.</param>
    /// <param name="subscribers">The clients that are told of changes; null when this one is not.</param>
    /// <param name="publishers">The clients that make changes; null when this one does not.</param>
    /// <param name="stopping">Fires when the service ends.</param>
    public async Task HandleAsync(HttpContext context, ConnectionDirectory? subscribers, ConnectionDirectory? publishers, CancellationToken stopping)
    {
        if (await WebSocketEntry.IdentifyAsync(context).ConfigureAwait(false) is not { } client)
        {
            return;
        }

        if (publishers is not null && s_reservedTypes.Contains(client.ClientType))
        {
            await WebSocketEntry.RefuseAsync(
                context, StatusCodes.Status400BadRequest, $"{WebSocketHeaders.ClientType} '{client.ClientType}' is taken by the service itself").ConfigureAwait(false);
            return;
        }

        if (publishers is not null && !IsReady())
        {
            // The graph of the last run is about to be loaded, in place of what is in the graph then.
            await WebSocketEntry.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the analyzer is starting").ConfigureAwait(false);
            return;
        }

        SubscriberFilter? filter = null;
        string? problem = client.Problem;
        try
        {
            filter = subscribers is not null && client.GremlinFilter is { } gremlin ? SubscriberFilters.Compile(gremlin, client.HostId) : null;
        }
        catch (FormatException e)
        {
            problem = e.Message;
        }

        if (problem is not null)
        {
            using var refused = await WebSocketEntry.AcceptAsync(context, _options, _graph.Host, _serviceType).ConfigureAwait(false);
            await WebSocketClosing.CloseAsync(refused, reason: problem).ConfigureAwait(false);
            return;
        }

        using var subscription = subscribers is null ? null : _graph.Subscribe(_options.QueueSize);
        object self = new();
        var receiver = publishers is null ? null : new GraphReceiver(_graph, client.Origin, _logger) { IsGuest = true, Source = self };
        await ServeAsync(context, client, filter, subscription, receiver, [.. new[] { subscribers, publishers }.OfType<ConnectionDirectory>()], stopping).ConfigureAwait(false);
    }

    private async Task ServeAsync(
        HttpContext context,
        ClientIdentity client,
        SubscriberFilter? filter,
        GraphSubscription? subscription,
        GraphReceiver? receiver,
        IReadOnlyList<ConnectionDirectory> directories,
        CancellationToken stopping)
    {
        var status = WebSocketEntry.StatusOf(context, client);
        ClientSession? session = null;
        ConnectionStatus GetStatus() => status with { Dropped = Volatile.Read(ref session)?.Lost ?? 0, Refused = receiver?.Refused ?? 0 };
        var entered = new List<ConnectionDirectory>();
        try
        {
            foreach (var directory in directories)
            {
                if (!directory.TryAdd(client.HostId, GetStatus))
                {
                    await WebSocketEntry.RefuseAsync(
                        context, StatusCodes.Status409Conflict, $"a client with {WebSocketHeaders.HostId} '{client.HostId}' is connected").ConfigureAwait(false);
                    return;
                }

                entered.Add(directory);
            }

            using var accepted = await WebSocketEntry.AcceptAsync(context, _options, _graph.Host, _serviceType).ConfigureAwait(false);
            var socket = client.IsBinary ? new ProtobufWebSocket(accepted, receiver is null ? _options.MaximumRequestBytes : _options.MaximumPublisherMessageBytes) : accepted;
            session = new ClientSession(socket, client, _graph, subscription, receiver, _filters, _history, _options, _logger)
            {
                Filter = filter,
                Notices = subscription is null ? null : Notices,
                Relay = subscription is null ? null : _relay,
            };
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            try
            {
                await session.RunAsync(ending.Token).ConfigureAwait(false);
            }
            finally
            {
                if (client.DeleteOnDisconnect)
                {
                    // Before the client may come back: what it publishes then is to stay.
                    receiver?.Synchronize(new());
                }
            }
        }
        finally
        {
            foreach (var directory in entered)
            {
                directory.Remove(client.HostId);
            }
        }
    }
}
