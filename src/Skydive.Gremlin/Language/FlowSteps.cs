using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Plans.Steps;

namespace Skydive.Gremlin.Language;

/// <summary>Steps about flows.</summary>
internal static class FlowSteps
{
    private static readonly FieldPath s_trackingId = FieldPath.Parse(nameof(Flow.TrackingID));

    /// <summary>Their entries in the catalogue.</summary>
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new(
            "Flows",
            "The flows captured at the nodes, or all flows.",
            new StepForm(
                GremlinKind.Graph | GremlinKind.Nodes | GremlinKind.Paths,
                [Signature.Pairs],
                static call => new FlowsStep(new FlowSearch { Filter = call.AllPairs(call.Count) }))),
        new(
            "Group",
            "The elements by the value of a field, or by what By says; flows by TrackingID unless told otherwise.",
            new StepForm(
                GremlinKind.Flows,
                [Signature.None, Signature.Of(Parameter.Key)],
                static call => new GroupStep(call.Input, new(call.Count == 0 ? s_trackingId : FieldPath.Parse(call.Text(0)), null, false), null, call.Syntax.NameSpan)
                {
                    HasDefaultKey = call.Count == 0,
                }),
            new StepForm(
                GremlinKind.Nodes | GremlinKind.Edges,
                [Signature.None, Signature.Of(Parameter.Key)],
                static call => new GroupStep(
                    call.Input, call.Count == 0 ? null : new(FieldPath.Parse(call.Text(0)), null, false), null, call.Syntax.NameSpan))),
        new(
            "MoreThan",
            "The groups that have more elements than a number, one unless given.",
            new StepForm(
                GremlinKind.Groups,
                [Signature.None, Signature.Of(new Parameter("number", ParameterType.Count))],
                static call => new MoreThanStep(call.Count == 0 ? 1 : call.Integer(0)))),
        new("RawPackets", "The packets of the flows that were kept.", new StepForm(GremlinKind.Flows, [Signature.None], static _ => new RawPacketsStep())),
        new(
            "BPF",
            "The packets that an expression such as 'icmp' or 'tcp port 80' matches.",
            new StepForm(
                GremlinKind.RawPackets,
                [Signature.Of(new Parameter("expression", ParameterType.Text))],
                static call => new PacketFilterStep(call.Text(0), call[0].Span))),
        OfFlows("CaptureNode", "The nodes at which the flows were captured.", FlowEnds.Capture) with { Aliases = ["Node"] },
        new(
            "Hops",
            "The nodes at which the flows were captured, those of each conversation in the order in which its packets pass.",
            new StepForm(GremlinKind.Flows, [Signature.Pairs], static call => new FlowNodesStep(FlowEnds.Capture, call.AllPairs(call.Count)) { InPathOrder = true })),
        OfFlows("Nodes", "The nodes at which the flows were captured, and those at both ends.", FlowEnds.Capture | FlowEnds.A | FlowEnds.B),
    ];

    private static StepDefinition OfFlows(string name, string summary, FlowEnds ends) => new(
        name,
        summary,
        new StepForm(GremlinKind.Flows, [Signature.Pairs], call => new FlowNodesStep(ends, call.AllPairs(call.Count))));
}
