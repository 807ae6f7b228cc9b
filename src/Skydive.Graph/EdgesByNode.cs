namespace Skydive.Graph;

/// <summary>
/// Brings many edges together by the node at one of their ends: each is counted first, and added after <see cref="Divide"/>.
/// </summary>
/// <param name="nodes">Slots of nodes are less than this.</param>
/// <param name="edges">How many edges there are.</param>
internal readonly struct EdgesByNode(int nodes, int edges)
{
    private readonly int[] _pairs = new int[2 * edges];

    // Behind the pairs of each node: first how many those of the node before are, then where those of the node begin, at last where they end.
    private readonly int[] _ends = new int[nodes + 1];

    public void Count(int node) => _ends[node + 1] += 2;

    public void Divide()
    {
        for (int i = 1; i < _ends.Length; i++)
        {
            _ends[i] += _ends[i - 1];
        }
    }

    /// <summary>Adds an edge that was counted.</summary>
    /// <param name="node">Slot of the node.</param>
    /// <param name="edge">Slot of the edge, larger than those added before.</param>
    /// <param name="neighbor">Slot of the node at the other end.</param>
    public void Add(int node, int edge, int neighbor)
    {
        _pairs[_ends[node]++] = edge;
        _pairs[_ends[node]++] = neighbor;
    }

    /// <summary>When all are added: for each edge at a node its slot and that of the node at the other end.</summary>
    public ReadOnlySpan<int> Of(int node) => _pairs.AsSpan((node == 0 ? 0 : _ends[node - 1]).._ends[node]);
}
