using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Lists flows: all, those of some nodes or captures, those that meet conditions, now or over a span of time.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveFlow", SupportsPaging = true)]
[OutputType(typeof(Flow))]
public sealed class GetSkydiveFlowCommand : TimedFlowCommand
{
    /// <summary>Nodes where the flows were captured, captures, or flows whose other sightings are sought.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Nodes where the flows were captured (nodes, Gremlin, names …), captures, or flows whose other sightings are sought.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <summary>The field to sort by.</summary>
    [Parameter(HelpMessage = "The field to sort by, such as Metric.ABBytes.")]
    [ArgumentCompleter(typeof(FlowFieldCompleter))]
    public string? Sort { get; set; }

    /// <summary>The greatest first.</summary>
    [Parameter(HelpMessage = "Sorts the greatest first.")]
    public SwitchParameter Descending { get; set; }

    /// <summary>The field of which each value is given once.</summary>
    [Parameter(HelpMessage = "Gives one flow for each value of this field, such as TrackingID.")]
    [ArgumentCompleter(typeof(FlowFieldCompleter))]
    public string? Deduplicate { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    private protected override SkydiveSelector[]? Starts => Selector;

    private protected override (GremlinText Results, GremlinText Count) Build(GremlinText? from, bool paged)
    {
        var query = MakeQuery(from) with { Skip = paged ? Skip : 0, First = paged ? First : null };
        return (query.ToGremlin(), query.ToCountGremlin());
    }

    private protected override void Run(FlowQuery query) => base.Run(query with { Skip = Skip, First = First });

    private protected override void Emit(Flow flow) => WriteObject(flow);

    private protected override FlowQuery MakeQuery(GremlinText? from) =>
        base.MakeQuery(from) with { SortBy = Sort, Descending = Descending, Deduplicate = Deduplicate };
}
