using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Graph.Views;
using Skydive.Gremlin;
using Skydive.Storage;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// One client that is told of changes of a graph, makes changes, or both. One loop sends, another receives; what is sent in reply to a request
/// for the whole graph is the state at exactly this place in the stream of events, so that a client neither misses nor repeats a change.
/// </summary>
internal sealed partial class ClientSession
{
    /// <summary>A whole graph may be large: a client that takes this much is slow, not gone.</summary>
    private const double MinimumBytesPerSecond = 256 << 10;

    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly ClientIdentity _client;
    private readonly LiveGraph _graph;
    private readonly bool _isTold;
    private readonly GraphReceiver? _receiver;
    private readonly SubscriberFilters _filters;
    private readonly Func<TimeSlice, CancellationToken, Task<IGraphView>> _history;
    private readonly WebSocketOptions _options;
    private readonly ILogger _logger;
    private readonly Channel<WebSocketMessage> _requests = Channel.CreateBounded<WebSocketMessage>(16);
    private readonly FilteredGraph _filtered = new();
    private GraphSnapshot _position;

    // One of both at a time, but for the moment in which one takes over from the other.
    private GraphSubscription? _subscription;
    private SelectionMember? _member;
    private long _lostBefore;
    private SubscriberFilter? _filter;
    private bool _isDirty;
    private volatile bool _isOver;
    private CancellationTokenSource? _deadline;

    /// <summary>Makes a session.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="client">Who it is.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="subscription">What the client is told; null when it is told nothing but what it asks for.</param>
    /// <param name="receiver">What takes the client's changes; null when it makes none.</param>
    /// <param name="filters">Makes filters that the client asks for.</param>
    /// <param name="history">Gives the graph of the past.</param>
    /// <param name="options">How connections are kept.</param>
    /// <param name="logger">Told of what goes wrong.</param>
    public ClientSession(
        WebSocket socket,
        ClientIdentity client,
        LiveGraph graph,
        GraphSubscription? subscription,
        GraphReceiver? receiver,
        SubscriberFilters filters,
        Func<TimeSlice, CancellationToken, Task<IGraphView>> history,
        WebSocketOptions options,
        ILogger logger)
    {
        _socket = socket;
        _client = client;
        _graph = graph;
        _subscription = subscription;
        _isTold = subscription is not null;
        _receiver = receiver;
        _position = subscription?.Start ?? graph.Current;
        _filters = filters;
        _history = history;
        _options = options;
        _logger = logger;
    }

    /// <summary>Limits what the client is told; null for no limit.</summary>
    public SubscriberFilter? Filter
    {
        get => _filter;
        set
        {
            if (value is not null)
            {
                _filters.Enter(value);
            }

            if (_filter is not null)
            {
                _filters.Leave(_filter);
            }

            _filter = value;
        }
    }

    /// <summary>Follows the graph for those whose filter chooses single elements; null when each follows it for himself.</summary>
    public SelectionRelay? Relay { get; init; }

    /// <summary>How many commits were left out because the client was too slow.</summary>
    public long Lost => Interlocked.Read(ref _lostBefore) + (Volatile.Read(ref _subscription)?.TotalLost ?? 0) + (Volatile.Read(ref _member)?.TotalLost ?? 0);

    /// <summary>What the client is told besides changes of the graph; null for nothing.</summary>
    public NoticeBoard? Notices { get; init; }

    /// <summary>Serves the client until it goes, is too slow, or the service stops, and says goodbye.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stopSending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Giving up a read breaks the connection: it goes on until goodbye is said.
        using var stopReceiving = new CancellationTokenSource();
        var receiving = ReceiveAsync(stopReceiving.Token);
        var sending = SendAsync(stopSending.Token);
        var (status, reason) = (WebSocketCloseStatus.NormalClosure, (string?)null);
        try
        {
            await (await Task.WhenAny(receiving, sending).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            (status, reason) = (WebSocketCloseStatus.EndpointUnavailable, "the service ends");
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            LogDisconnected(_logger, _client.HostId, e.Message);
        }
        catch (GraphMessageException e)
        {
            (status, reason) = (e.Status, e.Message);
            LogRefused(_logger, _client.HostId, e.Message);
        }
        catch (GremlinException e)
        {
            (status, reason) = (WebSocketCloseStatus.InternalServerError, e.Message);
            LogFilterFailed(_logger, _client.HostId, e.Message);
        }
        finally
        {
            _isOver = true;
            await stopSending.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WebSocketClosing.CloseAsync(_socket, status, reason).ConfigureAwait(false);
            stopReceiving.CancelAfter(s_closeTimeout);
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Filter = null;
            LeaveRelay();
            _subscription?.Dispose();
            _deadline?.Dispose();
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var options = _receiver is null
            ? new GraphMessageOptions { MaximumMessageBytes = _options.MaximumRequestBytes, MaximumPayloadBytes = _options.MaximumRequestBytes, IsLenient = true }
            : new GraphMessageOptions
            {
                MaximumMessageBytes = _options.MaximumPublisherMessageBytes,
                MaximumPayloadBytes = _options.MaximumElementBytes,
                MaximumElements = _options.MaximumElements,
                Origin = _client.Origin,
                IsLenient = true,
                Validate = ElementRules.Check,
            };
        using var reader = new GraphMessageReader(_socket, options);
        if (_receiver is { } receiver)
        {
            await new GraphIntake(reader, receiver) { OnChange = CountRefused, OnOther = TakeRequestAsync }.RunAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            await TakeRequestAsync(message, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask TakeRequestAsync(GraphMessage message, CancellationToken cancellationToken)
    {
        if (_isOver)
        {
            // Only its goodbye is waited for.
            return;
        }

        if (message.Problem is { } problem)
        {
            // As from Skydive, a message that is none has no answer; the connection stays.
            LogInvalidMessage(_logger, _client.HostId, problem);
            CountRefused(message);
            return;
        }

        await _requests.Writer.WriteAsync(message.ToEnvelope(), cancellationToken).ConfigureAwait(false);
    }

    private void CountRefused(GraphMessage message)
    {
        if (message.Refused > 0)
        {
            _receiver?.Refuse(message.Refused, message.Problem!);
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var notices = Notices?.Open();
        try
        {
            await ResetAsync(cancellationToken).ConfigureAwait(false);
            await EnterRelayAsync(tells: true, cancellationToken).ConfigureAwait(false);
            await SendAsync(notices?.Reader, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (notices is not null)
            {
                Notices!.Close(notices);
            }
        }
    }

    private async Task SendAsync(ChannelReader<Notice>? notices, CancellationToken cancellationToken)
    {
        var requests = _requests.Reader.WaitToReadAsync(cancellationToken).AsTask();
        var changes = WaitForChangesAsync(cancellationToken);
        var news = notices?.WaitToReadAsync(cancellationToken).AsTask() ?? new TaskCompletionSource<bool>().Task;
        while (true)
        {
            await Task.WhenAny(requests, changes, news).ConfigureAwait(false);
            if (news.IsCompleted)
            {
                await news.ConfigureAwait(false);
                while (notices!.TryRead(out var notice))
                {
                    if (_client.Wants(notice.Namespace))
                    {
                        await SendAsync(notice.Message, cancellationToken).ConfigureAwait(false);
                    }
                }

                news = notices.WaitToReadAsync(cancellationToken).AsTask();
            }

            if (requests.IsCompleted)
            {
                if (!await requests.ConfigureAwait(false))
                {
                    return;
                }

                // An answer shows all that happened before it was asked for, also what the client itself published.
                await CatchUpAsync(cancellationToken).ConfigureAwait(false);
                bool isFollowing = _member is not null;
                while (_requests.Reader.TryRead(out var request))
                {
                    await AnswerAsync(request, cancellationToken).ConfigureAwait(false);
                }

                if (isFollowing || _member is not null)
                {
                    // What is waited for has changed with the filter.
                    changes = WaitForChangesAsync(cancellationToken);
                }

                requests = _requests.Reader.WaitToReadAsync(cancellationToken).AsTask();
            }

            if (changes.IsCompleted)
            {
                if (!await changes.ConfigureAwait(false))
                {
                    return;
                }

                await SendChangesAsync(cancellationToken).ConfigureAwait(false);
                changes = WaitForChangesAsync(cancellationToken);
            }
        }
    }

    private Task<bool> WaitForChangesAsync(CancellationToken cancellationToken) =>
        _member?.WaitToReadAsync(cancellationToken) ?? _subscription?.WaitToReadAsync(cancellationToken).AsTask() ?? new TaskCompletionSource<bool>().Task;

    /// <summary>Lets the relay follow the graph when the filter allows it.</summary>
    /// <param name="tells">Whether the client is told of what happens until the relay begins; not when an answer with the whole state follows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task EnterRelayAsync(bool tells, CancellationToken cancellationToken)
    {
        if (Relay is null || _subscription is null || Filter?.Query.Selection is not { } selection)
        {
            return;
        }

        var member = Relay.Join(selection);
        Relay.Mark(member);
        Volatile.Write(ref _member, member);

        // Up to where the relay begins, the own subscription tells.
        GraphSnapshot? begin = null;
        while (begin is null)
        {
            await member.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            while (begin is null && member.TryRead(out var change))
            {
                begin = change.Commit is null ? change.Snapshot : null;
            }

            if (begin is null && member.TakeLost() > 0)
            {
                // The mark may have found no room.
                Relay.Mark(member);
            }
        }

        while (_position.Sequence < begin.Sequence)
        {
            await _subscription.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            while (_position.Sequence < begin.Sequence && _subscription.TryRead(out var change))
            {
                if (tells)
                {
                    await TakeAsync(change, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    _position = change.Snapshot;
                }
            }
        }

        Interlocked.Add(ref _lostBefore, _subscription.TotalLost);
        _subscription.Dispose();
        Volatile.Write(ref _subscription, null);
    }

    private void LeaveRelay()
    {
        if (_member is { } member)
        {
            Interlocked.Add(ref _lostBefore, member.TotalLost);
            Volatile.Write(ref _member, null);
            Relay!.Leave(member);
        }
    }

    /// <summary>The filter is another from now on.</summary>
    private async Task ChangeFilterAsync(SubscriberFilter? filter, CancellationToken cancellationToken)
    {
        LeaveRelay();
        if (_isTold && _subscription is null)
        {
            Volatile.Write(ref _subscription, _graph.Subscribe(_options.QueueSize));
            _position = _subscription!.Start;
        }

        Filter = filter;
        await EnterRelayAsync(tells: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells of everything that has happened so far.</summary>
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_member is { } member)
        {
            Relay!.Mark(member);
            while (!await SendRelayedAsync(member, cancellationToken).ConfigureAwait(false))
            {
                await member.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            await SendChangesAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells of what the relay has passed on.</summary>
    /// <returns>Whether a mark came.</returns>
    private async Task<bool> SendRelayedAsync(SelectionMember member, CancellationToken cancellationToken)
    {
        bool wanted = _client.Wants(MessageNamespaces.Graph);
        bool isMarked = false;
        while (member.TryRead(out var change))
        {
            if (member.TakeLost() is > 0 and long lost)
            {
                // What is still in the queue is older than the answer; a mark may be among what was lost.
                LogResynchronized(_logger, _client.HostId, lost);
                while (member.TryRead(out _))
                {
                }

                isMarked = true;
                _position = _graph.Current;
                if (wanted)
                {
                    await SendSyncAsync(MessageTypes.Sync, Guid.NewGuid().ToString(), _position, cancellationToken).ConfigureAwait(false);
                }

                continue;
            }

            if (change.Snapshot is not { } snapshot || snapshot.Sequence < _position.Sequence)
            {
                isMarked |= change is { Commit: null, Snapshot: not null };
                continue;
            }

            if (change.Commit is not { } commit)
            {
                isMarked = true;
            }
            else if (snapshot.Sequence > _position.Sequence && wanted && !IsOwn(commit))
            {
                await SendAllAsync(ViewMessages.Of(member.Selection, change.Before!, commit, _client.PartialUpdates), cancellationToken).ConfigureAwait(false);
            }

            _position = snapshot;
        }

        return isMarked;
    }

    private bool IsOwn(GraphCommit? commit) => commit?.Source is { } source && source == _receiver?.Source;

    private async Task SendChangesAsync(CancellationToken cancellationToken)
    {
        if (_member is { } member)
        {
            await SendRelayedAsync(member, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_subscription is null)
        {
            _position = _graph.Current;
            return;
        }

        while (_subscription.TryRead(out var change))
        {
            await TakeAsync(change, cancellationToken).ConfigureAwait(false);
        }

        // However many commits were waiting, the filter is evaluated once, on the newest state.
        await SendWalkAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task TakeAsync(GraphChange change, CancellationToken cancellationToken)
    {
        if (!_client.Wants(MessageNamespaces.Graph))
        {
            _position = change.Snapshot;
        }
        else if (IsOwn(change.Commit))
        {
            // What the client changed itself it knows, what others changed before it does not.
            await SendWalkAsync(cancellationToken).ConfigureAwait(false);
            _position = change.Snapshot;
            if (Filter is { Query.Selection: null } walk && change.Commit!.Events.Any(walk.CanBeTouchedBy))
            {
                await ResetAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        else
        {
            await SendChangeAsync(change, cancellationToken).ConfigureAwait(false);
            _position = change.Snapshot;
        }
    }

    private async Task SendChangeAsync(GraphChange change, CancellationToken cancellationToken)
    {
        if (Filter is { Query.Selection: null } walk)
        {
            if (change.Commit is not { } commit || commit.Events.Any(walk.CanBeTouchedBy))
            {
                _isDirty = true;
            }
            else if (!_isDirty)
            {
                await SendAllAsync(_filtered.Update(commit, _client.PartialUpdates), cancellationToken).ConfigureAwait(false);
            }
        }
        else if (change.Commit is not { } commit)
        {
            LogResynchronized(_logger, _client.HostId, change.Lost);
            await SendSyncAsync(MessageTypes.Sync, Guid.NewGuid().ToString(), change.Snapshot, cancellationToken).ConfigureAwait(false);
        }
        else if (Filter?.Query.Selection is { } selection)
        {
            await SendAllAsync(ViewMessages.Of(selection, _position, commit, _client.PartialUpdates), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            foreach (var graphEvent in commit.Events)
            {
                await SendAsync(EventMessages.Get(graphEvent, commit.IsTransient, _client.PartialUpdates), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>For a filter that walks through the graph: brings the client up to date when it may not be.</summary>
    private async Task SendWalkAsync(CancellationToken cancellationToken)
    {
        if (!_isDirty || Filter is not { Query.Selection: null } walk)
        {
            return;
        }

        var graph = await _filters.EvaluateAsync(walk, Catch, cancellationToken).ConfigureAwait(false);
        _isDirty = false;
        await SendAllAsync(_filtered.MoveTo(graph, _client.PartialUpdates), cancellationToken).ConfigureAwait(false);

        GraphSnapshot Catch()
        {
            // Many may have waited for their turn before it was this one's: what happened meanwhile is seen now, and not once more afterwards.
            while (_receiver is null && _subscription!.TryRead(out var change))
            {
                _position = change.Snapshot;
            }

            return _position;
        }
    }

    /// <summary>Takes for known to the client what the filter shows now, as far as that has to be remembered.</summary>
    private async Task ResetAsync(CancellationToken cancellationToken)
    {
        _isDirty = false;
        if (Filter is { Query.Selection: null } walk)
        {
            _filtered.Reset(await _filters.EvaluateAsync(walk, () => _position, cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task SendAllAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
        {
            await SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(WebSocketMessage request, CancellationToken cancellationToken)
    {
        if (request.Namespace != MessageNamespaces.Graph || request.Type != MessageTypes.SyncRequest)
        {
            LogInvalidMessage(_logger, _client.HostId, $"unknown message {request.Namespace}/{request.Type}");
            return;
        }

        SyncRequest sync;
        try
        {
            sync = request.Obj.ValueKind == JsonValueKind.Object ? request.Obj.Deserialize(ContractsJsonContext.Default.SyncRequest)! : new();
            if (sync.GremlinFilter is { } gremlin)
            {
                await ChangeFilterAsync(gremlin.Length == 0 ? null : SubscriberFilters.Compile(gremlin, _client.HostId), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            await SendAsync(
                MessageWriter.WriteText(MessageNamespaces.Graph, MessageTypes.SyncReply, request.UUID, e.Message, 400), cancellationToken).ConfigureAwait(false);
            return;
        }

        if (sync.Time is { } time)
        {
            if (sync.GremlinFilter is not null)
            {
                // The answer is about then; what follows is about now, as the new filter shows it.
                await ResetAsync(cancellationToken).ConfigureAwait(false);
            }

            try
            {
                var view = await _history(TimeSlice.At(time), cancellationToken).ConfigureAwait(false);
                await SendAsync(
                    MessageWriter.WriteSync(MessageTypes.SyncReply, request.UUID, view.GetNodes(), view.GetEdges()), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is GremlinException or HistoryException)
            {
                await SendAsync(
                    MessageWriter.WriteText(MessageNamespaces.Graph, MessageTypes.SyncReply, request.UUID, e.Message, 400), cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        await SendSyncAsync(MessageTypes.SyncReply, request.UUID, _position, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendSyncAsync(string type, string uuid, GraphSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (Filter is null)
        {
            await SendAsync(MessageWriter.WriteSync(type, uuid, snapshot.GetNodes(), snapshot.GetEdges()), cancellationToken).ConfigureAwait(false);
            return;
        }

        var graph = await _filters.EvaluateAsync(Filter, () => snapshot, cancellationToken).ConfigureAwait(false);
        if (Filter.Query.Selection is null)
        {
            _filtered.Reset(graph);
            _isDirty = false;
        }

        await SendAsync(MessageWriter.WriteSync(type, uuid, graph.Nodes, graph.Edges), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        // One for thousands of messages: they are sent one after another.
        var deadline = _deadline ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.WriteTimeout + TimeSpan.FromSeconds(message.Length / MinimumBytesPerSecond));
        await _socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, deadline.Token).ConfigureAwait(false);
        if (!deadline.TryReset())
        {
            deadline.Dispose();
            _deadline = null;
        }
    }

    [LoggerMessage(2101, LogLevel.Debug, "Subscriber {HostId} is gone: {Reason}")]
    private static partial void LogDisconnected(ILogger logger, string hostId, string reason);

    [LoggerMessage(2102, LogLevel.Debug, "Subscriber {HostId} sent what is no message: {Reason}")]
    private static partial void LogInvalidMessage(ILogger logger, string hostId, string reason);

    [LoggerMessage(2105, LogLevel.Warning, "Client {HostId} sent what cannot be taken, the connection is closed: {Reason}")]
    private static partial void LogRefused(ILogger logger, string hostId, string reason);

    [LoggerMessage(2104, LogLevel.Warning, "The filter of subscriber {HostId} failed, the connection is closed: {Reason}")]
    private static partial void LogFilterFailed(ILogger logger, string hostId, string reason);

    [LoggerMessage(2103, LogLevel.Warning, "Subscriber {HostId} is too slow: {Lost} commits were left out and the whole graph is sent instead")]
    private static partial void LogResynchronized(ILogger logger, string hostId, long lost);
}
