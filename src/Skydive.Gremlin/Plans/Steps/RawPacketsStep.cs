using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// RawPackets: the packets of the flows that were kept, in the order of the flows. Flows without are left out. With a span of time those captured
/// in it, with a point all until then.
/// </summary>
internal sealed record RawPacketsStep : PlanStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.RawPackets;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    public override async ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context)
    {
        var flows = (FlowTraversal)input!;
        var identifiers = new List<string>();
        var nodes = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flow in flows.Items)
        {
            context.Budget.Visit();
            if (flow.RawPacketsCaptured > 0 && seen.Add(flow.UUID))
            {
                context.Budget.Collect();
                identifiers.Add(flow.UUID);
                nodes.Add(flow.NodeTID);
            }
        }

        if (identifiers.Count == 0 || context.Source.Flows is not IRawPacketSource source)
        {
            return new RawPacketTraversal(flows.View, []);
        }

        var search = new RawPacketSearch
        {
            FlowUUIDs = identifiers,
            NodeTIDs = nodes,
            Slice = flows.View.Slice is { IsPoint: true } point ? new(0, point.Last) : flows.View.Slice,
        };
        var found = await context.Budget.WaitAsync(cancellationToken => source.SearchRawPacketsAsync(search, cancellationToken)).ConfigureAwait(false);
        var byFlow = found.Where(static flow => flow.Packets.Count > 0).ToDictionary(static flow => flow.FlowUUID, static flow => flow.Packets, StringComparer.Ordinal);
        return new RawPacketTraversal(
            flows.View, [.. identifiers.Where(byFlow.ContainsKey).Select(id => new GremlinGroup<RawPacket>(id, byFlow[id]))]);
    }

    /// <inheritdoc/>
    protected override string Describe() => "RawPackets";
}
