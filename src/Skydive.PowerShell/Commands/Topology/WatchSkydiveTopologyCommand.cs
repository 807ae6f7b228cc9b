using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using Skydive.Client.Errors;
using Skydive.Client.Streams;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Follows the graph and gives each change as it happens, until it is stopped.</summary>
[Cmdlet(VerbsCommon.Watch, "SkydiveTopology")]
[OutputType(typeof(TopologyEvent))]
public sealed class WatchSkydiveTopologyCommand : SessionCommand
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private HashSet<TopologyEventType>? _types;
    private long _count;
    private bool _isFirstGraph = true;

    /// <summary>What to follow; everything when it is left out.</summary>
    [Parameter(Position = 0, HelpMessage = "What to follow: a node, Gremlin, key=value, a name or a hashtable.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector? Selector { get; set; }

    /// <summary>Which changes to give; all when it is left out.</summary>
    [Parameter(HelpMessage = "Which changes to give.")]
    public TopologyEventType[]? EventType { get; set; }

    /// <summary>Gives what is there at the beginning as additions.</summary>
    [Parameter(HelpMessage = "Gives what is there at the beginning as additions.")]
    public SwitchParameter InitialState { get; set; }

    /// <summary>When to end.</summary>
    [Parameter(HelpMessage = "Ends after so many seconds.")]
    [ValidateRange(1, int.MaxValue)]
    public int TimeoutSeconds { get; set; }

    /// <summary>After how many changes to end.</summary>
    [Parameter(HelpMessage = "Ends after so many changes.")]
    [ValidateRange(1, long.MaxValue)]
    public long MaximumEvents { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process()
    {
        _types = EventType is { Length: > 0 } ? [.. EventType] : null;
        string? filter = Selector?.Nodes.AsGraph().ToString();
        if (filter is not null)
        {
            WriteVerbose(filter);
        }

        var client = Client;
        var options = new TopologyStreamOptions { Filter = filter, ClientType = "skydive-powershell" };
        try
        {
            Pump(token => UntilAsync(client.WatchTopologyAsync, options, token), Emit);
        }
        catch (EnoughException)
        {
            // The last change that was asked for has been given.
        }
        catch (SkydiveConnectionException exception) when (!_isFirstGraph)
        {
            ThrowTerminatingError(ErrorRecords.Make(exception, "StreamLost", ErrorCategory.ConnectionError, Selector, "Is the analyzer running? Test-SkydiveConnection tells."));
        }
    }

    private async IAsyncEnumerable<Client.Streams.TopologyEvent> UntilAsync(
        Func<TopologyStreamOptions, CancellationToken, IAsyncEnumerable<Client.Streams.TopologyEvent>> watch,
        TopologyStreamOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (TimeoutSeconds > 0)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(TimeoutSeconds));
        }

        await using var enumerator = watch(options, limit.Token).GetAsyncEnumerator(limit.Token);
        while (true)
        {
            try
            {
                if (!await enumerator.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                yield break;
            }

            yield return enumerator.Current;
        }
    }

    private void Emit(Client.Streams.TopologyEvent change)
    {
        switch (change.Kind)
        {
            case TopologyEventKind.Synchronized:
                foreach (var known in change.Graph!.Nodes)
                {
                    _names[known.Id] = known.Name;
                }

                if (_isFirstGraph)
                {
                    WriteVerbose($"following {CurrentSession.Uri}: {change.Graph.Nodes.Count} nodes, {change.Graph.Edges.Count} edges");
                    EmitInitialState(change.Graph);
                }

                _isFirstGraph = false;
                break;
            case TopologyEventKind.Disconnected:
                WriteWarning(string.Create(
                    CultureInfo.InvariantCulture, $"StreamInterrupted: {change.Error!.Message}; trying again in {change.RetryDelay!.Value.TotalSeconds:0.0} s"));
                break;
            case TopologyEventKind.EdgeAdded or TopologyEventKind.EdgeUpdated or TopologyEventKind.EdgeDeleted:
                Write(Type(change.Kind), type => new(type, change.Time, Named(change.Edge!), change.Edge!, change.PreviousEdge, change.IsCatchUp));
                break;
            default:
                _names[change.Node!.Id] = change.Node.Name;
                Write(Type(change.Kind), type => new(type, change.Time, change.Node, change.PreviousNode, change.IsCatchUp));
                break;
        }
    }

    private void EmitInitialState(Contracts.Topology.SubGraph graph)
    {
        if (!InitialState)
        {
            return;
        }

        foreach (var node in graph.Nodes)
        {
            Write(TopologyEventType.NodeAdded, type => new(type, DateTimeOffset.FromUnixTimeMilliseconds(node.CreatedAt), node, null, false));
        }

        foreach (var edge in graph.Edges)
        {
            Write(TopologyEventType.EdgeAdded, type => new(type, DateTimeOffset.FromUnixTimeMilliseconds(edge.CreatedAt), Named(edge), edge, null, false));
        }
    }

    private static TopologyEventType Type(TopologyEventKind kind) => kind switch
    {
        TopologyEventKind.NodeAdded => TopologyEventType.NodeAdded,
        TopologyEventKind.NodeUpdated => TopologyEventType.NodeUpdated,
        TopologyEventKind.NodeDeleted => TopologyEventType.NodeDeleted,
        TopologyEventKind.EdgeAdded => TopologyEventType.EdgeAdded,
        TopologyEventKind.EdgeUpdated => TopologyEventType.EdgeUpdated,
        _ => TopologyEventType.EdgeDeleted,
    };

    private Edge Named(Contracts.Topology.Edge edge) => new(edge, Name(edge.Parent), Name(edge.Child));

    private string? Name(string id) => _names.GetValueOrDefault(id) is { Length: > 0 } name ? name : null;

    private void Write(TopologyEventType type, Func<TopologyEventType, TopologyEvent> make)
    {
        if (_types?.Contains(type) == false)
        {
            return;
        }

        WriteObject(make(type));
        if (++_count == MaximumEvents)
        {
            throw new EnoughException();
        }
    }

    /// <summary>Leaves the pump from inside, as Select-Object does from further down.</summary>
    private sealed class EnoughException : Exception;
}
