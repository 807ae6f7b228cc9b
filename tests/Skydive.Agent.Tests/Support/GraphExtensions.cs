using System.Runtime.CompilerServices;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Tests;

namespace Skydive.Agent.Tests.Support;

/// <summary>Short forms for looking at graphs.</summary>
internal static class GraphExtensions
{
    /// <summary>Waits until the graph is as wanted, looking at it after each change.</summary>
    public static async Task<GraphSnapshot> UntilAsync(
        this LiveGraph graph, Func<GraphSnapshot, bool> condition, [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        using var subscription = graph.Subscribe();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Tools.Patience);
        try
        {
            while (true)
            {
                var snapshot = graph.Current;
                if (condition(snapshot))
                {
                    return snapshot;
                }

                await subscription.WaitToReadAsync(deadline.Token);
                while (subscription.TryRead(out _))
                {
                }
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"not reached in time: {text}; the graph holds {string.Join(", ", graph.Current.GetNodes().Select(static node => node.Metadata.ToString()))}");
            throw;
        }
    }

    /// <summary>Keeps everyone else from writing until disposed.</summary>
    public static GraphHold Hold(this LiveGraph graph) => new(graph);

    public static Node? FindNamespace(this GraphSnapshot snapshot, string name) =>
        snapshot.GetNodes().SingleOrDefault(node => node.Type == "netns" && node.Name == name);

    /// <summary>The interface with a name in a namespace; that of the host when none is given.</summary>
    public static Node? FindLink(this GraphSnapshot snapshot, string name, string? inNamespace = null) =>
        snapshot.GetNodes().SingleOrDefault(node =>
            node.Name == name && node.Type is not ("host" or "netns")
            && snapshot.GetOwner(node) is { } owner && (inNamespace is null ? owner.Type == "host" : owner.Type == "netns" && owner.Name == inNamespace));

    /// <summary>The layer 2 edge from one node to another; null when there is none.</summary>
    public static Edge? FindLayer2(this GraphSnapshot snapshot, Node? parent, Node? child) =>
        parent is null || child is null
            ? null
            : snapshot.GetEdges(parent, EdgeDirection.Out).SingleOrDefault(edge => edge.RelationType == RelationTypes.Layer2 && edge.Child == child.Id);

    /// <summary>The layer 2 edge between two nodes, in whatever direction.</summary>
    public static Edge? FindPair(this GraphSnapshot snapshot, Node? one, Node? other) => snapshot.FindLayer2(one, other) ?? snapshot.FindLayer2(other, one);

    public static IReadOnlyList<string> Texts(this Node node, string key) => [.. node.Metadata[key].Elements.ToArray().Select(static value => value.AsString!)];

    public static long? Integer(this Node node, string key) => node.Metadata[key].TryGetInteger(out long value) ? value : null;
}
