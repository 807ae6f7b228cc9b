using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Hub;

/// <summary>
/// Elements that several agents tell of, such as a switch that all of them are connected to: identifiers follow from what the switch says of
/// itself. Such an element is in the graph once, as the agent tells it that was first; what the others tell is kept here, and takes its place
/// when that agent lets go of it. It goes when the last agent does. For use inside transactions of the graph, which are one at a time.
/// </summary>
internal sealed class SharedElements
{
    private static readonly ConditionalWeakTable<LiveGraph, SharedElements> s_ofGraphs = [];

    // Of each element what agents tell that the graph does not show, in the order in which they came. Most elements have one agent.
    private readonly Dictionary<string, List<GraphElement>> _hidden = new(StringComparer.Ordinal);

    /// <summary>The identifiers of all elements that more than one agent tells of.</summary>
    public IReadOnlyCollection<string> Ids => _hidden.Keys;

    /// <summary>Those of a graph, for all who write into it.</summary>
    public static SharedElements Of(LiveGraph graph) => s_ofGraphs.GetValue(graph, static _ => new());

    /// <summary>What an agent tells of an element that is shown as another tells it; null when it tells nothing.</summary>
    public GraphElement? Find(string id, string origin) =>
        _hidden.TryGetValue(id, out var versions) ? versions.Find(version => version.Origin == origin) : null;

    /// <summary>An agent tells of an element that is shown as another tells it.</summary>
    public void Set(GraphElement element)
    {
        if (!_hidden.TryGetValue(element.Id, out var versions))
        {
            _hidden.Add(element.Id, versions = []);
        }

        int index = versions.FindIndex(version => version.Origin == element.Origin);
        if (index < 0)
        {
            versions.Add(element);
        }
        else
        {
            versions[index] = element;
        }
    }

    /// <summary>An agent tells of an element no more.</summary>
    public void Remove(string id, string origin)
    {
        if (_hidden.TryGetValue(id, out var versions) && versions.RemoveAll(version => version.Origin == origin) > 0 && versions.Count == 0)
        {
            _hidden.Remove(id);
        }
    }

    /// <summary>Takes what the next agent tells of an element that the one lets go of that it was shown of.</summary>
    public bool TryTake(string id, [NotNullWhen(true)] out GraphElement? next)
    {
        next = _hidden.GetValueOrDefault(id)?[0];
        if (next is not null)
        {
            Remove(id, next.Origin);
        }

        return next is not null;
    }
}
