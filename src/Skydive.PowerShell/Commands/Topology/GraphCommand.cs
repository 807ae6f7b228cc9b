using Skydive.Client.Gremlin;
using Skydive.Contracts.Topology;

namespace Skydive.PowerShell;

/// <summary>What the commands share that need the whole graph.</summary>
public abstract class GraphCommand : TimedCommand
{
    private protected SubGraph ReadGraph()
    {
        SubGraph? graph = null;
        Query(GremlinText.G.At(At, Duration), item => graph = item.Graph);
        return graph ?? new();
    }

    /// <summary>Adds the identifiers of the nodes that selectors mean.</summary>
    private protected void CollectIds(IEnumerable<SkydiveSelector>? selectors, ISet<string> ids)
    {
        foreach (var selector in selectors ?? [])
        {
            Query(selector.Nodes.At(At, Duration), item => ids.Add(
                item.Node?.Id ?? throw new ArgumentException("the selector does not give nodes; Invoke-SkydiveQuery takes any query")));
        }
    }
}
