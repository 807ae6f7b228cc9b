using Skydive.Contracts.Queries;
using Skydive.Gremlin.Plans.Steps;

namespace Skydive.Gremlin.Language;

/// <summary>Steps about flows.</summary>
internal static class FlowSteps
{
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
        OfFlows("CaptureNode", "The nodes at which the flows were captured.", FlowEnds.Capture) with { Aliases = ["Node"] },
        OfFlows("Hops", "The nodes at which the flows were captured.", FlowEnds.Capture),
        OfFlows("Nodes", "The nodes at which the flows were captured, and those at both ends.", FlowEnds.Capture | FlowEnds.A | FlowEnds.B),
    ];

    private static StepDefinition OfFlows(string name, string summary, FlowEnds ends) => new(
        name,
        summary,
        new StepForm(GremlinKind.Flows, [Signature.Pairs], call => new FlowNodesStep(ends, call.AllPairs(call.Count))));
}
