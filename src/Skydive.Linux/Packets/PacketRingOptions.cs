using Skydive.Linux.Bpf;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Packets;

/// <summary>How to open a <see cref="PacketRing"/>.</summary>
public sealed record PacketRingOptions
{
    /// <summary>The interface, by name. Give this or <see cref="InterfaceIndex"/>.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>The interface, by its index in the namespace; used when there is no name.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The namespace of the interface; null for that of the calling thread. It may be disposed once the ring is open.</summary>
    public NetworkNamespace? Namespace { get; init; }

    /// <summary>
    /// Bytes of one block: a multiple of the page size (a power of two wastes nothing). A packet never spans blocks, so this is also the
    /// longest packet, less some header. Default: 512 KiB.
    /// </summary>
    public int BlockSizeBytes { get; init; } = 512 << 10;

    /// <summary>Number of blocks. Default: 32, which makes 16 MiB of locked kernel memory.</summary>
    public int BlockCount { get; init; } = 32;

    /// <summary>
    /// How long the kernel waits for a block to fill before it hands over what it has: the latency of a quiet interface. Each hand-over
    /// takes a block, however little is in it, so that a reader may stall for this time times the number of blocks. Default: 50 ms.
    /// </summary>
    public TimeSpan BlockTimeout { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many bytes of each packet to keep. Default: all, up to 262,144.</summary>
    public int SnapLength { get; init; } = BpfCompiler.DefaultSnapLength;

    /// <summary>
    /// Which packets to take; null for all. A program compiled for packets with VLAN tags in place; the ring rewrites it for the kernel
    /// (<see cref="BpfProgram.ForVlanOffload"/>).
    /// </summary>
    public BpfProgram? Filter { get; init; }

    /// <summary>Whether to ask the interface for packets to other hosts, too. Undone when the ring is closed. Default: no.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Whether to leave out packets that this host sends. Needs kernel 4.20. Default: no.</summary>
    public bool IgnoreOutgoing { get; init; }

    /// <summary>The group of rings to share the interface's packets with; null for none.</summary>
    public PacketFanout? Fanout { get; init; }
}
