using Skydive.Client.Gremlin;
using Skydive.Client.Selection;

namespace Skydive.PowerShell;

/// <summary>
/// Gathers what comes down the pipeline into few queries: up to a hundred single nodes become one, whatever else was given is one each. A
/// node that comes twice is asked for once.
/// </summary>
internal sealed class SelectorBatch
{
    private const int MaximumTids = 100;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<string> _tids = [];

    /// <summary>Takes a selector and gives the expressions that are ready to be asked.</summary>
    public IEnumerable<GremlinText> Add(SkydiveSelector selector)
    {
        if (selector.Tid is not { } tid)
        {
            return _seen.Add(selector.Nodes.ToString()) ? [selector.Nodes] : [];
        }

        if (_seen.Add(tid))
        {
            _tids.Add(tid);
        }

        return _tids.Count >= MaximumTids ? Flush() : [];
    }

    /// <summary>Gives what is left.</summary>
    public IEnumerable<GremlinText> Flush()
    {
        if (_tids.Count == 0)
        {
            return [];
        }

        string[] tids = [.. _tids];
        _tids.Clear();
        return [NodeSelector.FromTids(tids)];
    }
}
