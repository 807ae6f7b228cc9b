using System.Management.Automation;
using Skydive.Client.Streams;
using Skydive.PowerShell.Completion;
using Skydive.PowerShell.Jobs;

namespace Skydive.PowerShell;

/// <summary>Follows flows: gives each when it is new and whenever it counted something, until it is stopped.</summary>
[Cmdlet(VerbsCommon.Watch, "SkydiveFlow")]
[OutputType(typeof(Flow), typeof(SkydiveJob))]
public sealed class WatchSkydiveFlowCommand : FlowFilterCommand
{
    private readonly List<SkydiveSelector> _starts = [];
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

    /// <summary>Follows in the background.</summary>
    [Parameter(HelpMessage = "Follows in the background; Receive-Job gives what came.")]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    private protected override SkydiveSelector[]? Starts => _starts.Count > 0 ? [.. _starts] : null;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (AsJob && MyInvocation.ExpectingInput)
        {
            throw new ArgumentException("-AsJob takes no input from the pipeline: give -Selector");
        }

        base.Begin();
    }

    /// <inheritdoc/>
    protected override void Process() => _starts.AddRange(Selector ?? []);

    /// <inheritdoc/>
    protected override void End()
    {
        if (AsJob)
        {
            StartJob();
            return;
        }

        if (MyInvocation.ExpectingInput && _starts.Count == 0)
        {
            return;
        }

        string[] queries = [.. Expressions().Select(static expression => expression.ToString())];
        var client = Client;
        try
        {
            Search(
                (asking, token) => Limits.UntilAsync(
                    limited => client.WatchFlowsAsync(queries, TimeSpan.FromSeconds(IntervalSeconds), InitialState, asking, limited), TimeoutSeconds, token),
                flow => Emit(new Flow(flow)));
        }
        catch (EnoughException)
        {
            // The last flow that was asked for has been given.
        }
    }

    private protected override void Emit(Flow flow)
    {
        WriteObject(flow);
        if (++_count == MaximumEvents)
        {
            throw new EnoughException();
        }
    }
}
