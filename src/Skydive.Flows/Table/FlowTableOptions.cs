using System.Collections.Frozen;
using Skydive.Contracts.Flows;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>How a <see cref="FlowTable"/> works. Immutable.</summary>
public sealed record FlowTableOptions
{
    private static readonly FrozenDictionary<string, TimeSpan> s_applicationTimeouts =
        new Dictionary<string, TimeSpan> { ["ARP"] = TimeSpan.FromSeconds(10), ["DNS"] = TimeSpan.FromSeconds(10) }
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The topology identifier of the node where packets are captured; part of every flow's UUID. Empty for files.</summary>
    public string NodeTid { get; init; } = string.Empty;

    /// <summary>The identifier of the capture; empty for files.</summary>
    public string CaptureId { get; init; } = string.Empty;

    /// <summary>What the first bytes of a frame are.</summary>
    public LinkType LinkType { get; init; } = LinkType.Ethernet;

    /// <summary>What tells flows apart.</summary>
    public LayerKeyMode LayerKeyMode { get; init; } = LayerKeyMode.L2;

    /// <summary>
    /// The most flows that the table holds, at least 1. A new flow in a full table takes the place of the least recently updated one, which is
    /// sent as timed out and counted as dropped.
    /// </summary>
    public int MaxEntries { get; init; } = 500_000;

    /// <summary>How often flows with new packets are sent.</summary>
    public TimeSpan UpdateInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a flow may be idle before it is given up.</summary>
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>How long a flow of an application (in upper or lower case) may be idle, where that differs. ARP and DNS 10 s by default.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ApplicationTimeouts { get; init; } = s_applicationTimeouts;

    /// <summary>Names of applications by TCP port of either end, instead of the last layer's name; given in upper case.</summary>
    public IReadOnlyDictionary<int, string> TcpApplications { get; init; } = FrozenDictionary<int, string>.Empty;

    /// <summary>Names of applications by UDP port of either end, instead of the last layer's name; given in upper case.</summary>
    public IReadOnlyDictionary<int, string> UdpApplications { get; init; } = FrozenDictionary<int, string>.Empty;

    /// <summary>The UDP destination port that carries MPLS, as a node's MPLSUDPPort says; 0 for none.</summary>
    public int MplsUdpPort { get; init; }

    /// <summary>Whether flows of TCP get a TCPMetric: when connections began and ended.</summary>
    public bool ExtraTcpMetric { get; init; }

    /// <summary>
    /// Whether TCP segments are put in order, to count in TCPMetric those that came out of order and those that never came. Payload is not kept.
    /// </summary>
    public bool ReassembleTcp { get; init; }

    /// <summary>
    /// Whether fragments of IPv4 and IPv6 are put together, and counted in IPMetric: all fragments of a datagram then count for the flow of
    /// that datagram, as soon as it is complete. Those of datagrams that do not get complete in 30 s count for a flow of fragments, as all do
    /// without this.
    /// </summary>
    public bool Defragment { get; init; }

    /// <summary>The layers whose fields flows carry: those of the flow's last packet that has the layer.</summary>
    public ExtraLayers ExtraLayers { get; init; }

    /// <summary>How many packets of each flow are kept, 0 for none: the first ones, until the flow leaves the table.</summary>
    public int RawPacketLimit { get; init; }

    /// <summary>How many bytes of a packet that is kept, at least 1.</summary>
    public int HeaderSize { get; init; } = 256;

    /// <summary>
    /// Bounds the memory for fragments of datagrams that are not complete, in bytes. When there is no more, the oldest datagram is given up:
    /// counted in DatagramsDropped.
    /// </summary>
    public int MaxFragmentBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Bounds how many TCP segments wait for those before them. When there is no more room the gap before the segments of that connection is
    /// given up: counted in SegmentsDropped, and as skipped in TCPMetric.
    /// </summary>
    public int MaxWaitingSegments { get; init; } = 65_536;

    /// <summary>
    /// Bounds the memory for packets that are kept and for extra layers, in bytes. When there is no more, later ones are not kept: counted in
    /// RawPacketsDropped.
    /// </summary>
    public long MaxRawPacketBytes { get; init; } = 64 << 20;
}
