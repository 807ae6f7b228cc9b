using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Gremlin.Plans.Steps;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Language;

/// <summary>Steps that walk along edges.</summary>
internal static class WalkSteps
{
    private static readonly Parameter s_metadata = new("Metadata(key, value, …)", ParameterType.Metadata);
    private static readonly Filter s_ownership = Filter.Equal("RelationType", RelationTypes.Ownership);

    /// <summary>Their entries in the catalogue.</summary>
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        WalkOrFlowEnds("Out", "The children of the nodes, or the receivers (B) of flows.", EdgeDirection.Out, FlowEnds.B),
        WalkOrFlowEnds("In", "The parents of the nodes, or the senders (A) of flows.", EdgeDirection.In, FlowEnds.A),
        WalkOrFlowEnds("Both", "The children and parents of the nodes, or both ends of flows.", EdgeDirection.Both, FlowEnds.A | FlowEnds.B),
        Edges("OutE", "The edges that start at the nodes.", EdgeDirection.Out),
        Edges("InE", "The edges that end at the nodes.", EdgeDirection.In),
        Edges("BothE", "The edges at the nodes.", EdgeDirection.Both),
        Ends("OutV", "The children of the edges.", EdgeDirection.Out),
        Ends("InV", "The parents of the edges.", EdgeDirection.In),
        Ends("BothV", "The parents and children of the edges.", EdgeDirection.Both),
        new(
            "Descendants",
            "The nodes and those below them, along ownership unless other edges are named; depth 1 unless given, 0 for any.",
            new StepForm(GremlinKind.Nodes, [Signature.Pairs, Signature.PairsThenDepth], static call => Hierarchy(call, EdgeDirection.Out))),
        new(
            "Ascendants",
            "The nodes and those above them, along ownership unless other edges are named; depth 1 unless given, 0 for any.",
            new StepForm(GremlinKind.Nodes, [Signature.Pairs, Signature.PairsThenDepth], static call => Hierarchy(call, EdgeDirection.In))),
        new(
            "Neighbors",
            "The nodes and those around them, along ownership unless other edges are named, of which one condition must hold; depth 1 unless given.",
            new StepForm(GremlinKind.Nodes, [Signature.Pairs, Signature.PairsThenDepth], static call => new HierarchyStep(
                EdgeDirection.Both,
                call.AnyPair(call.Count & ~1) ?? s_ownership,
                HasDepth(call) ? call.Integer(call.Count - 1) : 1))),
        new(
            "ShortestPathTo",
            "A shortest path from each node to the nearest one with certain values, along edges with certain values; where a field of the edges is named, it is their weight.",
            new StepForm(
                GremlinKind.Nodes,
                [
                    Signature.Of(s_metadata),
                    Signature.Of(s_metadata, s_metadata),
                    Signature.Of(s_metadata, Parameter.Key),
                    Signature.Of(s_metadata, s_metadata, Parameter.Key),
                ],
                static call => new ShortestPathStep(
                    call.Metadata(0),
                    call.Count > 1 && call[1] is CallSyntax ? call.Metadata(1) : null,
                    call[call.Count - 1] is LiteralSyntax ? new ElementName(call.Text(call.Count - 1), call[call.Count - 1].Span) : null))),
    ];

    private static StepDefinition WalkOrFlowEnds(string name, string summary, EdgeDirection direction, FlowEnds ends) => new(
        name,
        summary,
        new StepForm(GremlinKind.Nodes, [Signature.Pairs], call => new NeighborStep(direction, call.AllPairs(call.Count))),
        new StepForm(GremlinKind.Flows, [Signature.Pairs], call => new FlowNodesStep(ends, call.AllPairs(call.Count))));

    private static StepDefinition Edges(string name, string summary, EdgeDirection direction) => new(
        name,
        summary,
        new StepForm(GremlinKind.Nodes, [Signature.Pairs], call => new IncidentEdgesStep(direction, call.AllPairs(call.Count))));

    private static StepDefinition Ends(string name, string summary, EdgeDirection direction) => new(
        name,
        summary,
        new StepForm(GremlinKind.Edges, [Signature.Pairs], call => new EdgeEndsStep(direction, call.AllPairs(call.Count))));

    private static bool HasDepth(StepCall call) => (call.Count & 1) == 1;

    private static HierarchyStep Hierarchy(StepCall call, EdgeDirection direction)
    {
        // For these two, as in Skydive, 0 is as deep as it goes; for Neighbors it is the nodes alone.
        int depth = HasDepth(call) ? call.Integer(call.Count - 1) : 1;
        return new(direction, call.AllPairs(call.Count & ~1) ?? s_ownership, depth == 0 ? int.MaxValue : depth);
    }
}
