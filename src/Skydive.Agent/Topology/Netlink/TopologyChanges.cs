namespace Skydive.Agent.Topology.Netlink;

/// <summary>What the next revision of the graph has to show. Belongs to one thread.</summary>
internal sealed class TopologyChanges
{
    /// <summary>Interfaces that changed, each once.</summary>
    public List<LinkState> Links { get; } = [];

    /// <summary>Interfaces with parts that are written within a second, each once.</summary>
    public List<LinkState> Delayed { get; } = [];

    /// <summary>Interfaces of which more is to be asked.</summary>
    public List<LinkState> Appeared { get; } = [];

    /// <summary>Bridges and bonds of which something may be different because of their ports, to be asked for again within a second.</summary>
    public HashSet<LinkState> DoubtfulMasters { get; } = [];

    /// <summary>Namespaces with forwarding entries that may have changed without telling, to be read anew within a second.</summary>
    public HashSet<NamespaceState> DoubtfulForwarding { get; } = [];

    /// <summary>Interfaces whose other end went elsewhere, of which the kernel does not tell.</summary>
    public HashSet<LinkState> Outdated { get; } = [];

    /// <summary>Interfaces whose other end is in a namespace that is not known yet, and to be looked for within a second.</summary>
    public HashSet<LinkState> Unplaced { get; } = [];

    /// <summary>Pairs that are none any more.</summary>
    public List<(LinkState One, LinkState Other)> Separated { get; } = [];

    /// <summary>Namespaces with routes that have to be read anew.</summary>
    public HashSet<NamespaceState> DoubtfulRoutes { get; } = [];

    /// <summary>Namespaces that are new.</summary>
    public List<NamespaceState> Added { get; } = [];

    /// <summary>Namespaces with another name.</summary>
    public HashSet<NamespaceState> Renamed { get; } = [];

    /// <summary>Nodes that are gone.</summary>
    public List<string> DeletedNodes { get; } = [];

    /// <summary>How many interfaces there are whose drivers have not answered yet.</summary>
    public int Uninspected { get; set; }

    public bool IsEmpty => Links.Count + DeletedNodes.Count + Added.Count + Renamed.Count == 0;

    /// <summary>Whether something is to be done within a second.</summary>
    public bool HasDelayed => Delayed.Count + DoubtfulMasters.Count + DoubtfulForwarding.Count + Unplaced.Count > 0;

    /// <summary>A part of an interface has changed.</summary>
    public void Mark(LinkState link, LinkParts parts)
    {
        link.Outdated |= parts;
        if (link.Changed == LinkParts.None)
        {
            Links.Add(link);
        }

        link.Changed |= parts;
    }

    /// <summary>A part of an interface has changed in a way that is no change of the topology, or will change again soon.</summary>
    public void MarkDelayed(LinkState link, LinkParts parts)
    {
        link.Outdated |= parts;
        if (link.Delayed == LinkParts.None)
        {
            Delayed.Add(link);
        }

        link.Delayed |= parts;
    }

    /// <summary>Takes over what another thread has collected.</summary>
    public void Add(TopologyChanges other)
    {
        Links.AddRange(other.Links);
        Delayed.AddRange(other.Delayed);
        Appeared.AddRange(other.Appeared);
        Uninspected += other.Uninspected;
        DoubtfulMasters.UnionWith(other.DoubtfulMasters);
        DoubtfulForwarding.UnionWith(other.DoubtfulForwarding);
        Outdated.UnionWith(other.Outdated);
        Unplaced.UnionWith(other.Unplaced);
        Separated.AddRange(other.Separated);
        DoubtfulRoutes.UnionWith(other.DoubtfulRoutes);
        Added.AddRange(other.Added);
        Renamed.UnionWith(other.Renamed);
        DeletedNodes.AddRange(other.DeletedNodes);
    }
}
