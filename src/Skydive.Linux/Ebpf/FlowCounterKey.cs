using System.Runtime.InteropServices;

namespace Skydive.Linux.Ebpf;

/// <summary>
/// Which packets an entry of a <see cref="FlowCounter"/> counts: those of one direction of a conversation. Addresses and ports are as they are in
/// packets, first byte first; what a packet did not have is 0.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = FlowCounterLayout.KeySize)]
public unsafe struct FlowCounterKey
{
    /// <summary>The begin of the frame: destination and source address.</summary>
    [FieldOffset(FlowCounterLayout.DestinationMac)]
    public fixed byte MacAddresses[12];

    /// <summary>The EtherType behind all VLAN tags; 0 when it was not reached.</summary>
    [FieldOffset(FlowCounterLayout.EtherType)]
    public ushort EtherType;

    /// <summary>The protocol above IP, behind hop-by-hop options.</summary>
    [FieldOffset(FlowCounterLayout.Protocol)]
    public byte Protocol;

    [FieldOffset(FlowCounterLayout.Flags)]
    private readonly byte _flags;

    /// <summary>The source address of IPv6, or in the first 4 bytes that of IPv4.</summary>
    [FieldOffset(FlowCounterLayout.SourceAddress)]
    public fixed byte SourceAddress[16];

    /// <summary>The destination address of IPv6, or in the first 4 bytes that of IPv4.</summary>
    [FieldOffset(FlowCounterLayout.DestinationAddress)]
    public fixed byte DestinationAddress[16];

    /// <summary>The VLAN identifiers, 12 bits each, the outermost lowest.</summary>
    [FieldOffset(FlowCounterLayout.Vlans)]
    public ulong Vlans;

    /// <summary>Source and destination port, or type, code and identifier (2 bytes) of an ICMP message.</summary>
    [FieldOffset(FlowCounterLayout.Ports)]
    public fixed byte Endpoints[4];

    [FieldOffset(FlowCounterLayout.VlanBits)]
    private readonly ushort _vlanBits;

    [FieldOffset(FlowCounterLayout.HasHopByHop)]
    private readonly byte _hasHopByHop;

    /// <summary>How many VLAN tags there were; at most 4.</summary>
    public readonly int VlanCount => _vlanBits / 12;

    /// <summary>Whether the packets are fragments of IPv4.</summary>
    public readonly bool IsFragment => (_flags & FlowCounterLayout.IsFragment) != 0;

    /// <summary>Whether <see cref="Endpoints"/> were read.</summary>
    public readonly bool HasEndpoints => (_flags & FlowCounterLayout.HasTransport) != 0;

    /// <summary>Whether there were hop-by-hop options of IPv6.</summary>
    public readonly bool HasHopByHop => _hasHopByHop != 0;
}
