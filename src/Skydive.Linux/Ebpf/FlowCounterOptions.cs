using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Ebpf;

/// <summary>How to open a <see cref="FlowCounter"/>.</summary>
public sealed record FlowCounterOptions
{
    /// <summary>The interface, by its index in the namespace.</summary>
    public required int InterfaceIndex { get; init; }

    /// <summary>The namespace of the interface; null for that of the calling thread. It may be disposed once the counter is open.</summary>
    public NetworkNamespace? Namespace { get; init; }

    /// <summary>Whether packets begin with an Ethernet header, or else with that of IP. Default: yes.</summary>
    public bool IsEthernet { get; init; } = true;

    /// <summary>How many directions of conversations are counted between two readings; memory is taken as they come. Default: 65,536.</summary>
    public int MaximumEntries { get; init; } = 65_536;

    /// <summary>Whether to ask the interface for packets to other hosts, too. Default: no.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Where packets are seen.</summary>
    public FlowCounterMethod Method { get; init; }
}
