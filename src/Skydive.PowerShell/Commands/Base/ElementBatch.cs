using Skydive.Client.Gremlin;

namespace Skydive.PowerShell;

/// <summary>
/// Gathers the nodes and flows that come down the pipeline into few queries, for what is asked of both. A flow that stands for itself must
/// not become the node where it was captured.
/// </summary>
internal sealed class ElementBatch
{
    private const int MaximumFlows = 100;

    private readonly SelectorBatch _nodes = new();
    private readonly List<string> _flows = [];

    /// <summary>Takes a selector and gives the expressions that are ready to be asked.</summary>
    public IEnumerable<GremlinText> Add(SkydiveSelector selector)
    {
        if (selector.FlowUuid is not { } uuid)
        {
            return _nodes.Add(selector);
        }

        _flows.Add(uuid);
        return _flows.Count >= MaximumFlows ? TakeFlows() : [];
    }

    /// <summary>Gives what is left.</summary>
    public IEnumerable<GremlinText> Flush() => [.. _nodes.Flush(), .. TakeFlows()];

    private IEnumerable<GremlinText> TakeFlows()
    {
        if (_flows.Count == 0)
        {
            return [];
        }

        string[] uuids = [.. _flows.Distinct(StringComparer.Ordinal)];
        _flows.Clear();
        return [GremlinText.G.Flows().HasExactly("UUID", uuids)];
    }
}
