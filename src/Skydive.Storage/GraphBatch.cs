using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Storage;

/// <summary>Changes of a graph that a history store keeps together.</summary>
public sealed class GraphBatch
{
    /// <summary>Makes a batch.</summary>
    /// <param name="elements">
    /// Nodes and edges as they are after each change, in order; one with <see cref="GraphElement.DeletedAt"/> went away then.
    /// </param>
    public GraphBatch(IReadOnlyList<GraphElement> elements) => Elements = elements;

    /// <summary>The nodes and edges as they are after each change, in order.</summary>
    public IReadOnlyList<GraphElement> Elements { get; }

    /// <summary>The changes of one commit.</summary>
    /// <param name="commit">The commit; whether it is transient is not looked at.</param>
    public static GraphBatch From(GraphCommit commit) => From([commit]);

    /// <summary>The changes of several commits.</summary>
    /// <param name="commits">The commits in order; whether they are transient is not looked at.</param>
    public static GraphBatch From(IEnumerable<GraphCommit> commits) => From(commits.SelectMany(static commit => commit.Events));

    /// <summary>Some changes.</summary>
    /// <param name="events">The changes in order.</param>
    public static GraphBatch From(IEnumerable<GraphEvent> events) => new([.. events.Select(static graphEvent => graphEvent.Element)]);
}
