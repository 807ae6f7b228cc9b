using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What the probe knows of one namespace. Belongs to the probe's thread.</summary>
internal sealed class NamespaceState(ulong key, NamespaceId id, string name, string path, string? manager, INamespaceKernel kernel)
{
    private readonly Dictionary<int, NamespaceState> _peersById = [];
    private readonly Dictionary<NamespaceState, int> _idsOfPeers = [];

    /// <summary>Ids of namespaces that are not watched, and how many were watched when that was found.</summary>
    private readonly Dictionary<int, int> _strangers = [];

    /// <summary>Its number, also in the poller.</summary>
    public ulong Key { get; } = key;

    public NamespaceId Id { get; } = id;

    /// <summary>Its name; empty for the namespace of the host.</summary>
    public string Name { get; set; } = name;

    /// <summary>Where it was found.</summary>
    public string Path { get; set; } = path;

    /// <summary>The system that manages it; null for none.</summary>
    public string? Manager { get; set; } = manager;

    /// <summary>What it is called in the log.</summary>
    public string Title => Name.Length == 0 ? "the host" : Name;

    public INamespaceKernel Kernel { get; } = kernel;

    /// <summary>Identifier of the node that owns its interfaces.</summary>
    public string NodeId { get; init; } = string.Empty;

    /// <summary>The topology identifier of that node; null when it is not known, so that those of the interfaces are not either.</summary>
    public string? Tid { get; set; }

    public Dictionary<int, LinkState> Links { get; } = [];

    public RouteTable Routes { get; } = new();

    /// <summary>Interfaces whose IPv4 routes the kernel may have dropped without telling.</summary>
    public HashSet<int> DoubtfulRoutes { get; } = [];

    /// <summary>Whether routes over next hop objects may have changed without telling.</summary>
    public bool AreNextHopsDoubtful { get; set; }

    /// <summary>Whether forwarding entries, drivers and counters of its interfaces have been asked for at least once.</summary>
    public bool IsInspected { get; set; }

    /// <summary>The namespace that an id means in this one, as far as it was asked for.</summary>
    public NamespaceState? FindPeer(int id) => _peersById.GetValueOrDefault(id);

    /// <summary>The id of a namespace in this one, as far as it was asked for.</summary>
    public int? FindId(NamespaceState peer) => _idsOfPeers.TryGetValue(peer, out int id) ? id : null;

    /// <summary>Keeps the id of a namespace in this one. It is the same as long as that namespace exists.</summary>
    public void Learn(NamespaceState peer, int id)
    {
        _peersById[id] = peer;
        _idsOfPeers[peer] = id;
        _strangers.Remove(id);
    }

    /// <summary>Forgets a namespace that is no longer watched, of those that have been numbered until now.</summary>
    public void Unlearn(NamespaceState peer, int generation)
    {
        if (_idsOfPeers.Remove(peer, out int id))
        {
            // The kernel keeps the id as long as the namespace is in use anywhere.
            _peersById.Remove(id);
            _strangers[id] = generation;
        }
    }

    /// <summary>Whether an id was found to be none of those that are watched, which were as many as have been numbered until now.</summary>
    public bool IsStranger(int id, int generation) => _strangers.TryGetValue(id, out int found) && found == generation;

    /// <summary>Keeps that an id is none of those that are watched.</summary>
    public void LearnStranger(int id, int generation) => _strangers[id] = generation;
}
