using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What drivers said.</summary>
internal sealed class InspectionReport
{
    /// <summary>Facts of interfaces that were asked for.</summary>
    public List<(LinkState Link, LinkFacts Facts)> Facts { get; } = [];

    /// <summary>Features that changed, by number of the namespace and index of the interface.</summary>
    public List<(ulong NamespaceKey, int Index, MetadataMap Features)> Features { get; } = [];

    /// <summary>Namespaces, by number, of which changes were lost: their interfaces have to be asked for again.</summary>
    public List<ulong> Lost { get; } = [];

    public bool IsEmpty => Facts.Count + Features.Count + Lost.Count == 0;
}
