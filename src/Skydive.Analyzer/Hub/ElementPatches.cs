using System.Runtime.CompilerServices;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Hub;

/// <summary>
/// What users changed about elements that agents or publishers tell of. It stays when these tell of the elements as a whole, and gives way where
/// they change the same key. Without it they would be ahead in their count of revisions no more, and what they tell next would be lost.
/// For use inside transactions of the graph, which are one at a time.
/// </summary>
internal sealed class ElementPatches
{
    private static readonly ConditionalWeakTable<LiveGraph, ElementPatches> s_ofGraphs = [];

    private readonly Dictionary<(bool IsNode, string Id), Patch> _patches = [];

    /// <summary>Those of a graph, for all who write into it.</summary>
    public static ElementPatches Of(LiveGraph graph) => s_ofGraphs.GetValue(graph, static _ => new());

    /// <summary>Remembers a change that was just made, as one more revision.</summary>
    public void Add(GraphElement before, GraphElement after)
    {
        if (!_patches.TryGetValue(KeyOf(before), out var patch))
        {
            _patches.Add(KeyOf(before), patch = new());
        }

        patch.Revisions += after.Revision - before.Revision;
        foreach (var operation in MetadataOperation.Between(before.Metadata, after.Metadata))
        {
            patch.Operations[operation.Key] = operation;
        }
    }

    /// <summary>By how many revisions an element is ahead of what its owner counts.</summary>
    public long RevisionsOf(GraphElement element) => _patches.TryGetValue(KeyOf(element), out var patch) ? patch.Revisions : 0;

    /// <summary>An element as it is to be shown, from what its owner tells of it.</summary>
    public T Complete<T>(T told)
        where T : GraphElement
    {
        if (!_patches.TryGetValue(KeyOf(told), out var patch))
        {
            return told;
        }

        var metadata = MetadataOperation.Apply(told.Metadata, patch.Operations.Values);
        long revision = told.Revision + patch.Revisions;
        return (T)(GraphElement)(told is Node node ? node.With(metadata, revision: revision) : ((Edge)(GraphElement)told).With(metadata, revision: revision));
    }

    /// <summary>As <see cref="Complete{T}"/>, for a whole graph.</summary>
    public SubGraph Complete(SubGraph told) =>
        _patches.Count == 0 ? told : told with { Nodes = [.. told.Nodes.Select(Complete)], Edges = [.. told.Edges.Select(Complete)] };

    /// <summary>The owner changes keys of an element: what it says of them holds from now on.</summary>
    public void GiveWay(GraphElement element, IEnumerable<MetadataOperation> operations)
    {
        if (_patches.TryGetValue(KeyOf(element), out var patch))
        {
            foreach (var operation in operations)
            {
                patch.Operations.Remove(operation.Key.Split('.')[0]);
            }
        }
    }

    /// <summary>The element is gone for good.</summary>
    public void Forget(GraphElement element) => _patches.Remove(KeyOf(element));

    private static (bool IsNode, string Id) KeyOf(GraphElement element) => (element is Node, element.Id);

    private sealed class Patch
    {
        public long Revisions { get; set; }

        public Dictionary<string, MetadataOperation> Operations { get; } = new(StringComparer.Ordinal);
    }
}
