using System.Globalization;
using System.Management.Automation;
using Skydive.Client.Errors;
using Skydive.Client.Streams;
using Skydive.PowerShell.Completion;
using Skydive.PowerShell.Jobs;

namespace Skydive.PowerShell;

/// <summary>Follows the graph and gives each change as it happens, until it is stopped.</summary>
[Cmdlet(VerbsCommon.Watch, "SkydiveTopology")]
[OutputType(typeof(TopologyEvent), typeof(SkydiveJob))]
public sealed class WatchSkydiveTopologyCommand : SessionCommand
{
    private readonly TopologyEventReader _reader = new();
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

    /// <summary>Follows in the background.</summary>
    [Parameter(HelpMessage = "Follows in the background; Receive-Job gives what came.")]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (AsJob)
        {
            StartJob();
            return;
        }

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
            Pump(token => Limits.UntilAsync(limited => client.WatchTopologyAsync(options, limited), TimeoutSeconds, token), Emit);
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

    private void Emit(Client.Streams.TopologyEvent change)
    {
        switch (change.Kind)
        {
            case TopologyEventKind.Synchronized:
                _reader.Learn(change.Graph!);
                if (_isFirstGraph)
                {
                    WriteVerbose($"following {CurrentSession.Uri}: {change.Graph!.Nodes.Count} nodes, {change.Graph.Edges.Count} edges");
                    foreach (var known in InitialState ? _reader.ReadAll(change.Graph) : [])
                    {
                        Write(known);
                    }
                }

                _isFirstGraph = false;
                break;
            case TopologyEventKind.Disconnected:
                WriteWarning(string.Create(
                    CultureInfo.InvariantCulture, $"StreamInterrupted: {change.Error!.Message}; trying again in {change.RetryDelay!.Value.TotalSeconds:0.0} s"));
                break;
            default:
                Write(_reader.Read(change));
                break;
        }
    }

    private void Write(TopologyEvent change)
    {
        if (_types?.Contains(change.EventType) == false)
        {
            return;
        }

        WriteObject(change);
        if (++_count == MaximumEvents)
        {
            throw new EnoughException();
        }
    }
}
