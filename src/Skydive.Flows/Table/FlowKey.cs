using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Skydive.Flows.Hashing;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>
/// What tells one flow from another, in an order that is the same for packets of both directions: exactly what goes into a flow's identity
/// hash, so that equal keys mean equal identities. 64 bytes, one cache line.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowKey : IEquatable<FlowKey>
{
    private const ulong NetworkMask = 0x3;
    private const ulong NetworkIPv4 = 0x1;
    private const ulong NetworkIPv6 = 0x2;
    private const ulong TransportMask = 0x1c;
    private const ulong TransportTcp = 0x04;
    private const ulong TransportUdp = 0x08;
    private const ulong TransportSctp = 0x0c;
    private const ulong TransportIcmp = 0x10;
    private const ulong TransportTunnel = 0x14;
    private const ulong HasLinkFlag = 0x20;

    // Endpoint types of the identity recipe.
    private const ulong HashTypeNone = 0;
    private const ulong HashTypeIPv4 = 1;
    private const ulong HashTypeIPv6 = 2;
    private const ulong HashTypeMac = 3;
    private const ulong HashTypeTcp = 4;
    private const ulong HashTypeUdp = 5;
    private const ulong HashTypeSctp = 6;

    // Two IPv6 addresses, a tunnel's network and port, MAC addresses, the types of the three pairs, a parent UUID of 16 digits.
    private const int MaxIdentityLength = 32 + 8 + 6 + 8 + 12 + 8 + 16;

    /// <summary>Network addresses as in <see cref="DecodedPacket"/>.</summary>
    public ulong FirstHigh;
    public ulong FirstLow;
    public ulong SecondHigh;
    public ulong SecondLow;

    /// <summary>MAC addresses, 0 where they do not tell flows apart.</summary>
    public ulong FirstMac;
    public ulong SecondMac;

    /// <summary>
    /// From the highest bits: two ports; or kind, code and identifier of an ICMP message; or the 24 bits of the network identifier of VXLAN or
    /// Geneve and its port, as the sender draws the other port from the packet inside. In the lowest bits which layers there are.
    /// </summary>
    public ulong Endpoints;

    /// <summary>The UUID of the flow around this one, 0 for the outermost.</summary>
    public ulong Parent;

    public readonly ushort FirstPort => (ushort)(Endpoints >> 48);

    public readonly ushort SecondPort => (ushort)(Endpoints >> 32);

    public readonly byte IcmpKindNumber => (byte)(Endpoints >> 56);

    public readonly byte IcmpCode => (byte)(Endpoints >> 48);

    public readonly ushort IcmpIdentifier => (ushort)(Endpoints >> 32);

    public readonly bool IsIcmp => (Endpoints & TransportMask) == TransportIcmp;

    /// <summary>Whether this is the flow of a VXLAN or Geneve tunnel, whose ports the key does not have.</summary>
    public readonly bool IsTunnel => (Endpoints & TransportMask) == TransportTunnel;

    public readonly LayerType Network => (Endpoints & NetworkMask) switch
    {
        NetworkIPv4 => LayerType.IPv4,
        NetworkIPv6 => LayerType.IPv6,
        _ => LayerType.None,
    };

    public readonly LayerType Transport => (Endpoints & TransportMask) switch
    {
        TransportTcp => LayerType.TCP,
        TransportUdp or TransportTunnel => LayerType.UDP,
        TransportSctp => LayerType.SCTP,
        _ => LayerType.None,
    };

    /// <summary>Makes the key of a packet.</summary>
    /// <param name="packet">A packet with a link or a network layer.</param>
    /// <param name="useLink">Whether MAC addresses tell flows apart where there is a network layer too.</param>
    /// <param name="parent">The UUID of the flow around it, 0 for none.</param>
    /// <param name="key">The key.</param>
    /// <returns>How the packet relates to the key's order.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeyOrder Create(in DecodedPacket packet, bool useLink, ulong parent, out FlowKey key)
    {
        bool hasNetwork = packet.Network != LayerType.None;
        bool hasLink = packet.HasLink && (useLink || !hasNetwork);
        bool isSwapped;
        bool isByPort = false;
        if (hasLink && packet.SourceMac != packet.DestinationMac)
        {
            isSwapped = packet.SourceMac > packet.DestinationMac;
        }
        else if (packet.SourceHigh != packet.DestinationHigh)
        {
            isSwapped = packet.SourceHigh > packet.DestinationHigh;
        }
        else if (packet.SourceLow != packet.DestinationLow)
        {
            isSwapped = packet.SourceLow > packet.DestinationLow;
        }
        else
        {
            isByPort = packet.SourcePort != packet.DestinationPort;
            isSwapped = packet.SourcePort > packet.DestinationPort;
        }

        // Which end stands first is as good as random from packet to packet: exchanging them with a mask costs no mispredicted branch.
        uint swapBit = isSwapped ? 1u : 0u;
        ulong swapMask = 0UL - swapBit;
        ulong linkMask = hasLink ? ulong.MaxValue : 0;
        ulong high = (packet.SourceHigh ^ packet.DestinationHigh) & swapMask;
        key.FirstHigh = packet.SourceHigh ^ high;
        key.SecondHigh = packet.DestinationHigh ^ high;
        ulong low = (packet.SourceLow ^ packet.DestinationLow) & swapMask;
        key.FirstLow = packet.SourceLow ^ low;
        key.SecondLow = packet.DestinationLow ^ low;
        ulong mac = (packet.SourceMac ^ packet.DestinationMac) & swapMask;
        key.FirstMac = (packet.SourceMac ^ mac) & linkMask;
        key.SecondMac = (packet.DestinationMac ^ mac) & linkMask;
        uint port = (uint)(packet.SourcePort ^ packet.DestinationPort) & (uint)swapMask;
        key.Endpoints = ((ulong)(packet.SourcePort ^ port) << 48) | ((ulong)(packet.DestinationPort ^ port) << 32);
        ulong flags = (linkMask & HasLinkFlag)
            | (packet.Network == LayerType.IPv4 ? NetworkIPv4 : 0) | (packet.Network == LayerType.IPv6 ? NetworkIPv6 : 0)
            | (packet.Transport == LayerType.TCP ? TransportTcp : 0) | (packet.Transport == LayerType.UDP ? TransportUdp : 0);
        if ((flags & TransportMask) == 0 && packet.Transport != LayerType.None)
        {
            flags |= packet.Transport == LayerType.SCTP ? TransportSctp : TransportIcmp | ((ulong)IcmpWord(in packet) << 32);
        }

        key.Endpoints |= flags;
        if (packet.Path.Last is LayerType.VXLAN or LayerType.Geneve)
        {
            // In a host that talks to itself both directions are one.
            key.Endpoints = ((ulong)packet.TunnelIdentifier << 40) | ((ulong)packet.DestinationPort << 24) | (flags & ~TransportMask) | TransportTunnel;
            swapBit = isByPort ? 0 : swapBit;
            isByPort = false;
        }

        key.Parent = parent;
        return (KeyOrder)(swapBit | (isByPort ? (uint)KeyOrder.AsSentByPort : 0));
    }

    public static bool operator ==(in FlowKey left, in FlowKey right) => left.Equals(in right);

    public static bool operator !=(in FlowKey left, in FlowKey right) => !left.Equals(in right);

    /// <summary>A fast hash for looking up; no part of any identity. Its low and its high bits are well mixed.</summary>
    /// <param name="secret">Keeps senders from choosing packets that collide.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Hash(in HashSecret secret)
    {
        ulong hash = Mix(FirstHigh ^ secret.A, FirstLow ^ secret.B) ^ Mix(SecondHigh ^ secret.C, SecondLow ^ secret.D)
            ^ Mix(FirstMac ^ secret.E, SecondMac ^ secret.F);
        return Mix(hash ^ Endpoints ^ secret.G, Parent ^ secret.H);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Equals(in FlowKey other)
    {
        ref ulong left = ref Unsafe.AsRef(in FirstHigh);
        ref ulong right = ref Unsafe.AsRef(in other.FirstHigh);
        Vector256<ulong> difference = (Vector256.LoadUnsafe(ref left) ^ Vector256.LoadUnsafe(ref right))
            | (Vector256.LoadUnsafe(ref left, 4) ^ Vector256.LoadUnsafe(ref right, 4));
        return difference == Vector256<ulong>.Zero;
    }

    readonly bool IEquatable<FlowKey>.Equals(FlowKey other) => Equals(in other);

    public override readonly bool Equals(object? obj) => obj is FlowKey other && Equals(in other);

    public override readonly int GetHashCode() => HashCode.Combine(FirstLow, SecondLow, FirstMac, Endpoints);

    /// <summary>
    /// The hashes of the identity recipe: pairs in key order, each followed by its type. Network, then transport or ICMP, gives the L3 key;
    /// MAC addresses, where they count, the L2 key; the text of the parent UUID the table key.
    /// </summary>
    public readonly FlowIdentity GetIdentity()
    {
        var hasher = new IdentityHasher(stackalloc byte[MaxIdentityLength]);
        scoped Span<byte> bytes;
        switch (Network)
        {
            case LayerType.IPv4:
                bytes = hasher.Extend(16);
                BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)FirstLow);
                BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)SecondLow);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], HashTypeIPv4);
                break;
            case LayerType.IPv6:
                bytes = hasher.Extend(40);
                BinaryPrimitives.WriteUInt64BigEndian(bytes, FirstHigh);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], FirstLow);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], SecondHigh);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], SecondLow);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[32..], HashTypeIPv6);
                break;
        }

        if (IsTunnel)
        {
            bytes = hasher.Extend(14);
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(Endpoints >> 40));
            BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)(Endpoints >> 24));
            BinaryPrimitives.WriteUInt64BigEndian(bytes[6..], HashTypeNone);
        }
        else if ((Endpoints & TransportMask) != 0)
        {
            bytes = hasher.Extend(12);
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(Endpoints >> 32));
            BinaryPrimitives.WriteUInt64BigEndian(bytes[4..], Transport switch
            {
                LayerType.TCP => HashTypeTcp,
                LayerType.UDP => HashTypeUdp,
                LayerType.SCTP => HashTypeSctp,
                _ => HashTypeNone,
            });
        }

        ulong l3Key = hasher.Digest();
        ulong l2Key = l3Key;
        if ((Endpoints & HasLinkFlag) != 0)
        {
            bytes = hasher.Extend(20);
            new MacAddress(FirstMac).CopyTo(bytes);
            new MacAddress(SecondMac).CopyTo(bytes[6..]);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[12..], HashTypeMac);
            l2Key = hasher.Digest();
        }

        if (Parent != 0)
        {
            Span<byte> digits = stackalloc byte[16];
            Parent.TryFormat(digits, out int written, "x", CultureInfo.InvariantCulture);
            digits[..written].CopyTo(hasher.Extend(written));
        }

        return new FlowIdentity(hasher.Digest(), l2Key, l3Key);
    }

    /// <summary>The UUID of a flow.</summary>
    /// <param name="tableKey">The table key of its identity.</param>
    /// <param name="startMilliseconds">When its first packet was seen.</param>
    /// <param name="nodeTid">The topology identifier of the node where it is captured, in UTF-8.</param>
    public static ulong GetUuid(ulong tableKey, long startMilliseconds, ReadOnlySpan<byte> nodeTid)
    {
        Span<byte> bytes = nodeTid.Length <= 128 ? stackalloc byte[8 + nodeTid.Length] : new byte[8 + nodeTid.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, startMilliseconds);
        nodeTid.CopyTo(bytes[8..]);
        return XxHash64.Hash(bytes, tableKey);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }

    private static uint IcmpWord(in DecodedPacket packet)
    {
        byte kind = packet.Transport == LayerType.ICMPv4 ? IcmpKind.OfV4(packet.IcmpType) : IcmpKind.OfV6(packet.IcmpType);

        // The recipe takes the code of ICMPv6 echoes for 0.
        uint code = packet.Transport == LayerType.ICMPv6Echo ? 0u : packet.IcmpCode;
        return ((uint)kind << 24) | (code << 16) | packet.IcmpIdentifier;
    }
}
