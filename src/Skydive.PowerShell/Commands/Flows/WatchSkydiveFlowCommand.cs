using System.Diagnostics;
using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Follows flows: gives each when it is new and whenever it counted something, until it is stopped.</summary>
[Cmdlet(VerbsCommon.Watch, "SkydiveFlow")]
[OutputType(typeof(Flow))]
public sealed class WatchSkydiveFlowCommand : FlowFilterCommand
{
    private Dictionary<string, (long Packets, DateTimeOffset Last)> _known = new(StringComparer.Ordinal);
    private Dictionary<string, (long Packets, DateTimeOffset Last)> _found = new(StringComparer.Ordinal);
    private readonly List<SkydiveSelector> _starts = [];
    private bool _isFirstRound = true;
    private long _count;

    /// <summary>Nodes where the flows are captured, captures, or flows whose other sightings are sought.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Nodes where the flows are captured (nodes, Gremlin, names …), captures, or flows to follow at every capture point.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <summary>How often to look.</summary>
    [Parameter(HelpMessage = "How often to look, in seconds.")]
    [ValidateRange(1, 3600)]
    public int IntervalSeconds { get; set; } = 1;

    /// <summary>Gives the flows that are known at the beginning too.</summary>
    [Parameter(HelpMessage = "Gives the flows that are known at the beginning too.")]
    public SwitchParameter InitialState { get; set; }

    /// <summary>When to end.</summary>
    [Parameter(HelpMessage = "Ends after so many seconds.")]
    [ValidateRange(1, int.MaxValue)]
    public int TimeoutSeconds { get; set; }

    /// <summary>After how many flows to end.</summary>
    [Parameter(HelpMessage = "Ends after so many flows were given.")]
    [ValidateRange(1, long.MaxValue)]
    public long MaximumEvents { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    private bool IsEnough => MaximumEvents > 0 && _count >= MaximumEvents;

    // While input comes it is gathered; each round then takes it as if it came at once.
    private protected override SkydiveSelector[]? Starts => _starts.Count > 0 ? [.. _starts] : null;

    /// <inheritdoc/>
    protected override void Process() => _starts.AddRange(Selector ?? []);

    /// <inheritdoc/>
    protected override void End()
    {
        if (MyInvocation.ExpectingInput && _starts.Count == 0)
        {
            return;
        }

        var expressions = Expressions();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            foreach (var expression in expressions)
            {
                Query(expression, Emit);
            }

            // What is gone from the answers is forgotten, so that memory stays in bounds.
            (_known, _found) = (_found, _known);
            _found.Clear();
            _isFirstRound = false;
            if (IsEnough || (TimeoutSeconds > 0 && watch.Elapsed.TotalSeconds + IntervalSeconds > TimeoutSeconds))
            {
                return;
            }

            Await(token => Task.Delay(TimeSpan.FromSeconds(IntervalSeconds), token));
        }
    }

    private protected override void Emit(Flow flow)
    {
        var state = (flow.ABPackets + flow.BAPackets, flow.Last);
        bool isNews = _known.TryGetValue(flow.UUID, out var before) ? before != state : !_isFirstRound || InitialState;
        if (_found.TryAdd(flow.UUID, state) && isNews && !IsEnough)
        {
            _count++;
            WriteObject(flow);
        }
    }
}
