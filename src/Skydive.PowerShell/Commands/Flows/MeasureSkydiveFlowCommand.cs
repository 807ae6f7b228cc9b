using System.Management.Automation;
using Skydive.Client.Errors;
using Skydive.Client.Selection;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Adds up flows: all together, or by application, pair of hosts, node …</summary>
[Cmdlet(VerbsDiagnostic.Measure, "SkydiveFlow")]
[OutputType(typeof(FlowMeasurement))]
public sealed class MeasureSkydiveFlowCommand : TimedFlowCommand
{
    private static readonly string[] s_notConditions =
        [nameof(InputObject), nameof(GroupBy), nameof(Session), .. CommonParameters];

    private readonly Dictionary<string, FlowMeasurement> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _nodeNames = new(StringComparer.Ordinal);

    /// <summary>The flows; without, those are asked for that meet the conditions.</summary>
    [Parameter(ValueFromPipeline = true, HelpMessage = "The flows to add up; without, those are asked for that meet the conditions.")]
    public PSObject? InputObject { get; set; }

    /// <summary>Nodes where the flows were captured, captures, or flows.</summary>
    [Parameter(Position = 0, HelpMessage = "Nodes where the flows were captured (nodes, Gremlin, names …), captures, or flows whose other sightings are sought.")]
    [Alias("Node", "Gremlin", "GremlinQuery")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <summary>What flows of one group have in common.</summary>
    [Parameter(HelpMessage = "What flows of one group have in common; one group for all when it is left out.")]
    public FlowGrouping GroupBy { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => (object?)InputObject ?? Selector;

    private protected override SkydiveSelector[]? Starts => Selector;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (!MyInvocation.ExpectingInput && InputObject is null)
        {
            base.Begin();
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (InputObject is null)
        {
            if (!MyInvocation.ExpectingInput)
            {
                base.Process();
            }

            return;
        }

        if (MyInvocation.BoundParameters.Keys.FirstOrDefault(static name => !s_notConditions.Contains(name)) is { } condition)
        {
            throw new ArgumentException($"-{condition} chooses among the flows of the service; those that come down the pipeline are chosen by Get-SkydiveFlow or Where-Object");
        }

        if (InputObject.BaseObject is Flow flow)
        {
            Emit(flow);
        }
        else if (FlowValues.TryRead(InputObject, out var fields))
        {
            Add(fields);
        }
        else
        {
            WriteError(ErrorRecords.Make(new ArgumentException($"{InputObject} is no flow"), "InvalidArgument", ErrorCategory.InvalidType, InputObject, "Get-SkydiveFlow gives flows."));
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (!MyInvocation.ExpectingInput && InputObject is null)
        {
            base.End();
        }

        if (GroupBy == FlowGrouping.Node && _groups.Count > 0)
        {
            NameNodes();
        }

        foreach (var group in _groups.Values.OrderByDescending(static group => group.Bytes).ThenBy(static group => group.Name, StringComparer.Ordinal))
        {
            WriteObject(group);
        }
    }

    private protected override void Emit(Flow flow) => Add(new(flow));

    private void Add(FlowValues fields)
    {
        string key = fields.Key(GroupBy);
        if (!_groups.TryGetValue(key, out var group))
        {
            _groups.Add(key, group = new(GroupBy, key));
        }

        group.Add(fields);
    }

    // Flows know the identifier of their node only. Without a service to ask, the identifier has to do.
    private void NameNodes()
    {
        try
        {
            foreach (string[] tids in _groups.Keys.Where(static tid => tid.Length > 0).Chunk(100))
            {
                Query(NodeSelector.FromTids(tids), item =>
                {
                    if (item.Node is { TID: { } tid, Name.Length: > 0 } node)
                    {
                        _nodeNames[tid] = node.Name;
                    }
                });
            }
        }
        catch (SkydiveException exception)
        {
            WriteVerbose($"nodes keep their identifiers: {exception.Message}");
        }

        foreach (var (tid, group) in _groups)
        {
            group.Name = _nodeNames.GetValueOrDefault(tid, tid);
        }
    }
}
