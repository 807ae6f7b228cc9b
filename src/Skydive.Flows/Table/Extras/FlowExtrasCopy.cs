using Skydive.Contracts.Flows;
using Skydive.Contracts.Flows.Layers;
using Skydive.Flows.Layers;
using Skydive.Packets;

namespace Skydive.Flows.Table.Extras;

/// <summary>A copy of what a flow has beyond what every flow has. Layers are decoded when they are asked for. Filled once, then immutable.</summary>
internal sealed class FlowExtrasCopy
{
    private LayerType _layer;
    private byte[] _layerBytes = [];

    /// <summary>What was seen of the connection; null when that was not asked for, or it is not TCP.</summary>
    public TcpMetric? Tcp { get; set; }

    /// <summary>What became of fragments; null when that was not asked for, or it is not IP.</summary>
    public IpMetric? Ip { get; set; }

    /// <summary>How many packets are kept.</summary>
    public long PacketsKept { get; set; }

    /// <summary>Those that had not been sent yet.</summary>
    public IReadOnlyList<RawPacket> NewPackets { get; set; } = [];

    /// <summary>When the packet with the extra layer was captured; 0 when there is none.</summary>
    public long LayerNanoseconds { get; private set; }

    /// <summary>The flow's DNS message.</summary>
    public DnsLayer? Dns => _layer == LayerType.DNS ? DnsDecoder.Decode(_layerBytes, LayerNanoseconds) : null;

    /// <summary>The flow's DHCP message.</summary>
    public DhcpV4Layer? DhcpV4 => _layer == LayerType.DHCPv4 ? DhcpV4Decoder.Decode(_layerBytes) : null;

    /// <summary>The flow's VRRP advertisement.</summary>
    public VrrpV2Layer? VrrpV2 => _layer == LayerType.VRRP ? VrrpV2Decoder.Decode(_layerBytes) : null;

    /// <summary>A flow that has this and nothing else, for who reads fields of flows.</summary>
    public Flow Wire => field ??= new()
    {
        UUID = string.Empty,
        LayersPath = string.Empty,
        Application = string.Empty,
        Start = 0,
        Last = 0,
        TCPMetric = Tcp,
        IPMetric = Ip,
        DNS = Dns,
        DHCPv4 = DhcpV4,
        VRRPv2 = VrrpV2,
        RawPacketsCaptured = PacketsKept,
    };

    /// <summary>Sets the extra layer.</summary>
    public void SetLayer(LayerType layer, byte[] bytes, long nanoseconds)
    {
        _layer = layer;
        _layerBytes = bytes;
        LayerNanoseconds = nanoseconds;
    }
}
