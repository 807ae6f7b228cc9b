using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.WebSockets;

/// <summary>What a subscriber wants to see of the graph.</summary>
internal interface ISubscriberFilter
{
    /// <summary>The part of a graph that the subscriber wants to see.</summary>
    /// <param name="snapshot">The graph.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    Task<SubGraph> EvaluateAsync(GraphSnapshot snapshot, CancellationToken cancellationToken);
}
