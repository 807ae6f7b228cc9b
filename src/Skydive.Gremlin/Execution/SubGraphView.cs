using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A part of a graph as a graph: walking in it does not leave it.</summary>
internal sealed class SubGraphView(TimeSlice? slice, IReadOnlyList<Node> nodes, IReadOnlyList<Edge> edges) : ListView(slice, nodes, edges);
