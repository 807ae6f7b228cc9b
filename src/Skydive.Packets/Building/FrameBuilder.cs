using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Skydive.Packets.Building;

/// <summary>
/// Builds a frame layer by layer, from the outermost inwards, then fills in what depends on the layers within: EtherTypes, protocol numbers,
/// lengths and checksums. For tests and for packet injection; it allocates. Not for use by several threads at once.
/// </summary>
/// <example><c>byte[] frame = new FrameBuilder().Ethernet(a, b).Vlan(8).IPv4(x, y).Udp(40000, 53).Payload(query).Build();</c></example>
/// <remarks>Without <see cref="Ethernet"/> the frame is of a raw IP link type.</remarks>
public sealed class FrameBuilder
{
    private const int MaxFrameLength = 65535 + 64;

    private readonly List<Layer> _layers = [];
    private byte[] _bytes = new byte[128];
    private int _length;

    private enum Kind
    {
        Ethernet,
        Vlan,
        Arp,
        IPv4,
        IPv6,
        IPv6Extension,
        IcmpV4,
        IcmpV6,
        Tcp,
        Udp,
        Sctp,
        Gre,
        Erspan,
        Mpls,
        Vxlan,
        Geneve,
    }

    /// <summary>Appends an Ethernet header.</summary>
    /// <param name="source">The source address.</param>
    /// <param name="destination">The destination address.</param>
    /// <param name="etherType">The EtherType; null to derive it from the layer that follows.</param>
    public FrameBuilder Ethernet(MacAddress source, MacAddress destination, ushort? etherType = null)
    {
        Span<byte> header = Append(Kind.Ethernet, 14, etherType is not null);
        destination.CopyTo(header);
        source.CopyTo(header[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[12..], etherType ?? 0);
        return this;
    }

    /// <summary>Appends a VLAN tag.</summary>
    /// <param name="identifier">The VLAN, 0 to 4095.</param>
    /// <param name="priority">The priority, 0 to 7.</param>
    /// <param name="isProvider">Whether the tag is a provider's (802.1ad, EtherType 0x88a8) instead of a customer's (802.1Q, 0x8100).</param>
    /// <param name="etherType">The EtherType of what follows; null to derive it from the layer that follows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value does not fit its field.</exception>
    public FrameBuilder Vlan(int identifier, int priority = 0, bool isProvider = false, ushort? etherType = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(identifier);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(identifier, 0xfff);
        ArgumentOutOfRangeException.ThrowIfNegative(priority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, 7);
        Span<byte> header = Append(Kind.Vlan, 4, etherType is not null, isProvider);
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)((priority << 13) | identifier));
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], etherType ?? 0);
        return this;
    }

    /// <summary>Appends an ARP packet for Ethernet and IPv4.</summary>
    /// <param name="operation">1 asks, 2 answers.</param>
    /// <param name="senderMac">The sender's hardware address.</param>
    /// <param name="senderAddress">The sender's IPv4 address.</param>
    /// <param name="targetMac">The target's hardware address.</param>
    /// <param name="targetAddress">The target's IPv4 address.</param>
    /// <exception cref="ArgumentException">An address is not of IPv4.</exception>
    public FrameBuilder Arp(ushort operation, MacAddress senderMac, IPAddress senderAddress, MacAddress targetMac, IPAddress targetAddress)
    {
        Span<byte> packet = Append(Kind.Arp, 28, isFixed: true);
        BinaryPrimitives.WriteUInt16BigEndian(packet, 1);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], 0x0800);
        packet[4] = 6;
        packet[5] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(packet[6..], operation);
        senderMac.CopyTo(packet[8..]);
        WriteAddress(senderAddress, AddressFamily.InterNetwork, packet[14..]);
        targetMac.CopyTo(packet[18..]);
        WriteAddress(targetAddress, AddressFamily.InterNetwork, packet[24..]);
        return this;
    }

    /// <summary>Appends an IPv4 header.</summary>
    /// <param name="source">The source address.</param>
    /// <param name="destination">The destination address.</param>
    /// <param name="timeToLive">The time to live.</param>
    /// <param name="protocol">The protocol number; null to derive it from the layer that follows.</param>
    /// <param name="identification">The identification that the fragments of a datagram share.</param>
    /// <param name="fragment">The flags and the fragment offset in 8-byte units: 0x4000 forbids fragments, 0x2000 says that more follow.</param>
    /// <param name="options">Options, padded with zeros to a multiple of 4 bytes, at most 40.</param>
    /// <exception cref="ArgumentException">An address is not of IPv4, or the options are too long.</exception>
    public FrameBuilder IPv4(
        IPAddress source,
        IPAddress destination,
        byte timeToLive = 64,
        byte? protocol = null,
        ushort identification = 0,
        ushort fragment = 0,
        ReadOnlySpan<byte> options = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Length, 40, nameof(options));
        int headerLength = 20 + ((options.Length + 3) & ~3);
        Span<byte> header = Append(Kind.IPv4, headerLength, protocol is not null);
        header[0] = (byte)(0x40 | (headerLength / 4));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], identification);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], fragment);
        header[8] = timeToLive;
        header[9] = protocol ?? 0;
        WriteAddress(source, AddressFamily.InterNetwork, header[12..]);
        WriteAddress(destination, AddressFamily.InterNetwork, header[16..]);
        options.CopyTo(header[20..]);
        return this;
    }

    /// <summary>Appends an IPv6 header.</summary>
    /// <param name="source">The source address.</param>
    /// <param name="destination">The destination address.</param>
    /// <param name="hopLimit">The hop limit.</param>
    /// <param name="nextHeader">The next header; null to derive it from the layer that follows.</param>
    /// <exception cref="ArgumentException">An address is not of IPv6.</exception>
    public FrameBuilder IPv6(IPAddress source, IPAddress destination, byte hopLimit = 64, byte? nextHeader = null)
    {
        Span<byte> header = Append(Kind.IPv6, 40, nextHeader is not null);
        header[0] = 0x60;
        header[6] = nextHeader ?? 0;
        header[7] = hopLimit;
        WriteAddress(source, AddressFamily.InterNetworkV6, header[8..]);
        WriteAddress(destination, AddressFamily.InterNetworkV6, header[24..]);
        return this;
    }

    /// <summary>Appends an IPv6 extension header.</summary>
    /// <param name="protocol">Its own number: <see cref="IpProtocol.HopByHop"/>, <see cref="IpProtocol.Routing"/>, <see cref="IpProtocol.Fragment"/>
    /// or <see cref="IpProtocol.DestinationOptions"/>.</param>
    /// <param name="body">What follows its first two bytes: 6 bytes, or 8 more for each further unit.</param>
    /// <exception cref="ArgumentException">The body is not of such a length.</exception>
    public FrameBuilder IPv6Extension(byte protocol, ReadOnlySpan<byte> body)
    {
        if (body.Length % 8 != 6 || body.Length > 2046)
        {
            throw new ArgumentException("An extension header has 6 bytes after its first two, or 8 more for each further unit.", nameof(body));
        }

        Span<byte> header = Append(Kind.IPv6Extension, body.Length + 2, isFixed: false, number: protocol);
        header[1] = (byte)((body.Length + 2) / 8 - 1);
        body.CopyTo(header[2..]);
        return this;
    }

    /// <summary>Appends an ICMP header.</summary>
    /// <param name="type">The type, see <see cref="IcmpV4Type"/>.</param>
    /// <param name="code">The code.</param>
    /// <param name="identifier">Bytes 4 and 5: the identifier of an echo.</param>
    /// <param name="sequence">Bytes 6 and 7: the sequence number of an echo.</param>
    public FrameBuilder IcmpV4(byte type, byte code = 0, ushort identifier = 0, ushort sequence = 0) =>
        Icmp(Kind.IcmpV4, type, code, identifier, sequence);

    /// <summary>Appends an ICMPv6 header of 8 bytes, which needs an IPv6 header before it.</summary>
    /// <param name="type">The type, see <see cref="IcmpV6Type"/>.</param>
    /// <param name="code">The code.</param>
    /// <param name="identifier">Bytes 4 and 5: the identifier of an echo.</param>
    /// <param name="sequence">Bytes 6 and 7: the sequence number of an echo.</param>
    public FrameBuilder IcmpV6(byte type, byte code = 0, ushort identifier = 0, ushort sequence = 0) =>
        Icmp(Kind.IcmpV6, type, code, identifier, sequence);

    /// <summary>Appends a TCP header, which needs an IP header before it.</summary>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="flags">The control bits.</param>
    /// <param name="sequence">The sequence number.</param>
    /// <param name="acknowledgement">The acknowledgement number.</param>
    /// <param name="window">The window.</param>
    /// <param name="options">Options, padded with zeros to a multiple of 4 bytes, at most 40.</param>
    /// <exception cref="ArgumentOutOfRangeException">The options are too long.</exception>
    public FrameBuilder Tcp(
        ushort sourcePort,
        ushort destinationPort,
        TcpFlags flags,
        uint sequence = 0,
        uint acknowledgement = 0,
        ushort window = 64240,
        ReadOnlySpan<byte> options = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Length, 40, nameof(options));
        int headerLength = 20 + ((options.Length + 3) & ~3);
        Span<byte> header = Append(Kind.Tcp, headerLength);
        BinaryPrimitives.WriteUInt16BigEndian(header, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], acknowledgement);
        header[12] = (byte)(headerLength / 4 << 4);
        header[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(header[14..], window);
        options.CopyTo(header[20..]);
        return this;
    }

    /// <summary>Appends a UDP header, which needs an IP header before it.</summary>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destinationPort">The destination port.</param>
    public FrameBuilder Udp(ushort sourcePort, ushort destinationPort)
    {
        Span<byte> header = Append(Kind.Udp, 8);
        BinaryPrimitives.WriteUInt16BigEndian(header, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], destinationPort);
        return this;
    }

    /// <summary>Appends the common header of an SCTP packet; its checksum stays zero.</summary>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="verificationTag">The verification tag.</param>
    public FrameBuilder Sctp(ushort sourcePort, ushort destinationPort, uint verificationTag = 0)
    {
        Span<byte> header = Append(Kind.Sctp, 12);
        BinaryPrimitives.WriteUInt16BigEndian(header, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], verificationTag);
        return this;
    }

    /// <summary>Appends a GRE header (RFC 2784, 2890), which needs an IP header before it.</summary>
    /// <param name="key">The key; null for none.</param>
    /// <param name="sequence">The sequence number; null for none.</param>
    /// <param name="hasChecksum">Whether it has a checksum.</param>
    /// <param name="protocol">The EtherType of what follows; null to derive it from the layer that follows.</param>
    public FrameBuilder Gre(uint? key = null, uint? sequence = null, bool hasChecksum = false, ushort? protocol = null)
    {
        int length = 4 + (hasChecksum ? 4 : 0) + (key is null ? 0 : 4) + (sequence is null ? 0 : 4);
        Span<byte> header = Append(Kind.Gre, length, protocol is not null);
        header[0] = (byte)((hasChecksum ? 0x80 : 0) | (key is null ? 0 : 0x20) | (sequence is null ? 0 : 0x10));
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], protocol ?? 0);
        int offset = hasChecksum ? 8 : 4;
        if (key is not null)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header[offset..], key.Value);
            offset += 4;
        }

        if (sequence is not null)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header[offset..], sequence.Value);
        }

        return this;
    }

    /// <summary>Appends the header of a mirrored frame (ERSPAN type II), which needs a GRE header with a sequence number before it.</summary>
    /// <param name="session">The session, 0 to 1023.</param>
    /// <param name="vlan">The VLAN of the mirrored frame.</param>
    /// <param name="index">The port that was mirrored.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value does not fit its field.</exception>
    public FrameBuilder Erspan(int session, int vlan = 0, uint index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(session);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(session, 0x3ff);
        ArgumentOutOfRangeException.ThrowIfNegative(vlan);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vlan, 0xfff);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, 0xfffffu);
        Span<byte> header = Append(Kind.Erspan, 8, isFixed: true);
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)(0x1000 | vlan));
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)session);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], index);
        return this;
    }

    /// <summary>Appends an MPLS label (RFC 3032); the last of several that follow one another is marked as the bottom of the stack.</summary>
    /// <param name="label">The label, 0 to 1048575.</param>
    /// <param name="timeToLive">The time to live.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label does not fit its field.</exception>
    public FrameBuilder Mpls(int label, byte timeToLive = 64)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(label, 0xfffff);
        BinaryPrimitives.WriteUInt32BigEndian(Append(Kind.Mpls, 4), ((uint)label << 12) | timeToLive);
        return this;
    }

    /// <summary>Appends a VXLAN header (RFC 7348), which needs a UDP header before it.</summary>
    /// <param name="identifier">The network, 0 to 16777215.</param>
    /// <exception cref="ArgumentOutOfRangeException">The identifier does not fit its field.</exception>
    public FrameBuilder Vxlan(int identifier)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(identifier);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(identifier, 0xffffff);
        Span<byte> header = Append(Kind.Vxlan, 8, isFixed: true);
        header[0] = 0x08;
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], (uint)identifier << 8);
        return this;
    }

    /// <summary>Appends a Geneve header (RFC 8926), which needs a UDP header before it.</summary>
    /// <param name="identifier">The network, 0 to 16777215.</param>
    /// <param name="options">Options, padded with zeros to a multiple of 4 bytes, at most 252.</param>
    /// <param name="protocol">The EtherType of what follows; null to derive it from the layer that follows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The identifier does not fit its field, or the options are too long.</exception>
    public FrameBuilder Geneve(int identifier, ReadOnlySpan<byte> options = default, ushort? protocol = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(identifier);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(identifier, 0xffffff);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Length, 252, nameof(options));
        int optionsLength = (options.Length + 3) & ~3;
        Span<byte> header = Append(Kind.Geneve, 8 + optionsLength, protocol is not null);
        header[0] = (byte)(optionsLength / 4);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], protocol ?? 0);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], (uint)identifier << 8);
        options.CopyTo(header[8..]);
        return this;
    }

    /// <summary>Appends bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public FrameBuilder Payload(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Grow(bytes.Length));
        return this;
    }

    /// <summary>Fills in types, lengths and checksums and gives the frame. The builder can be extended and built again.</summary>
    /// <exception cref="InvalidOperationException">A layer stands where it cannot, or a packet is too long for its length field.</exception>
    public byte[] Build()
    {
        byte[] frame = _bytes.AsSpan(0, _length).ToArray();
        for (int i = 0; i < _layers.Count; i++)
        {
            if (!_layers[i].IsFixed)
            {
                LinkToNext(frame, i);
            }

            WriteLength(frame.AsSpan(_layers[i].Offset), _layers[i].Kind);
        }

        // Checksums last and from the inside out, as an outer one covers the inner.
        for (int i = _layers.Count - 1; i >= 0; i--)
        {
            WriteChecksum(frame, i);
        }

        return frame;
    }

    private static void WriteAddress(IPAddress address, AddressFamily family, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily != family)
        {
            throw new ArgumentException($"'{address}' is not an address of the family {family}.", nameof(address));
        }

        address.TryWriteBytes(destination, out _);
    }

    private static void WriteLength(Span<byte> layer, Kind kind)
    {
        int length = kind == Kind.IPv6 ? layer.Length - 40 : layer.Length;
        int offset = kind switch
        {
            Kind.IPv4 => 2,
            Kind.IPv6 => 4,
            Kind.Udp => 4,
            _ => -1,
        };
        if (offset < 0)
        {
            return;
        }

        if (length > ushort.MaxValue)
        {
            throw new InvalidOperationException($"{length} bytes are too many for the length field of {kind}.");
        }

        BinaryPrimitives.WriteUInt16BigEndian(layer[offset..], (ushort)length);
    }

    private FrameBuilder Icmp(Kind kind, byte type, byte code, ushort identifier, ushort sequence)
    {
        Span<byte> header = Append(kind, 8);
        header[0] = type;
        header[1] = code;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], identifier);
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], sequence);
        return this;
    }

    private Span<byte> Append(Kind kind, int length, bool isFixed = false, bool isProvider = false, byte number = 0)
    {
        _layers.Add(new Layer(kind, _length, length, isFixed, isProvider, number));
        return Grow(length);
    }

    private Span<byte> Grow(int length)
    {
        if (length > MaxFrameLength - _length)
        {
            throw new InvalidOperationException($"A frame of {_length + length} bytes is too long; at most {MaxFrameLength} are possible.");
        }

        if (_bytes.Length - _length < length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + length, _bytes.Length * 2));
        }

        _length += length;
        return _bytes.AsSpan(_length - length, length);
    }

    // Writes into a header which protocol follows it.
    private void LinkToNext(byte[] frame, int index)
    {
        Layer layer = _layers[index];
        Layer? next = index + 1 < _layers.Count ? _layers[index + 1] : null;
        Span<byte> header = frame.AsSpan(layer.Offset, layer.HeaderLength);
        switch (layer.Kind)
        {
            case Kind.Ethernet:
                BinaryPrimitives.WriteUInt16BigEndian(header[12..], EtherTypeOf(next));
                break;
            case Kind.Vlan:
                BinaryPrimitives.WriteUInt16BigEndian(header[2..], EtherTypeOf(next));
                break;
            case Kind.IPv4:
                header[9] = ProtocolOf(next);
                break;
            case Kind.IPv6:
                header[6] = ProtocolOf(next);
                break;
            case Kind.IPv6Extension:
                header[0] = ProtocolOf(next);
                break;
            case Kind.Gre or Kind.Geneve:
                BinaryPrimitives.WriteUInt16BigEndian(header[2..], EtherTypeOf(next));
                break;
            case Kind.Mpls:
                header[2] |= (byte)(next is { Kind: Kind.Mpls } ? 0 : 1);
                break;
        }
    }

    private static ushort EtherTypeOf(Layer? layer) => layer switch
    {
        // IEEE 802 sets this number aside for local experiments: the payload means nothing to anyone.
        null => 0x88b5,
        { Kind: Kind.Vlan } => layer.IsProvider ? (ushort)0x88a8 : (ushort)0x8100,
        { Kind: Kind.Arp } => 0x0806,
        { Kind: Kind.IPv4 } => 0x0800,
        { Kind: Kind.IPv6 } => 0x86dd,
        { Kind: Kind.Mpls } => 0x8847,
        { Kind: Kind.Ethernet } => 0x6558,
        { Kind: Kind.Erspan } => 0x88be,
        _ => throw new InvalidOperationException($"{layer.Kind} cannot follow an EtherType; an IP header must stand between."),
    };

    private static byte ProtocolOf(Layer? layer) => layer switch
    {
        // RFC 3692 sets this number aside for experiments.
        null => 253,
        { Kind: Kind.IPv6Extension } => layer.Number,
        { Kind: Kind.IPv4 } => IpProtocol.IPv4,
        { Kind: Kind.IPv6 } => IpProtocol.IPv6,
        { Kind: Kind.IcmpV4 } => IpProtocol.Icmp,
        { Kind: Kind.IcmpV6 } => IpProtocol.IcmpV6,
        { Kind: Kind.Tcp } => IpProtocol.Tcp,
        { Kind: Kind.Udp } => IpProtocol.Udp,
        { Kind: Kind.Sctp } => IpProtocol.Sctp,
        { Kind: Kind.Gre } => IpProtocol.Gre,
        { Kind: Kind.Mpls } => IpProtocol.Mpls,
        _ => throw new InvalidOperationException($"{layer.Kind} cannot follow an IP header."),
    };

    private void WriteChecksum(byte[] frame, int index)
    {
        Layer layer = _layers[index];
        Span<byte> bytes = frame.AsSpan(layer.Offset);
        switch (layer.Kind)
        {
            case Kind.IPv4:
                BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], InternetChecksum.Finish(InternetChecksum.Add(bytes[..layer.HeaderLength])));
                break;
            case Kind.IcmpV4:
                BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], InternetChecksum.Finish(InternetChecksum.Add(bytes)));
                break;
            case Kind.IcmpV6:
                BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], PseudoHeaderChecksum(frame, index, IpProtocol.IcmpV6));
                break;
            case Kind.Tcp:
                BinaryPrimitives.WriteUInt16BigEndian(bytes[16..], PseudoHeaderChecksum(frame, index, IpProtocol.Tcp));
                break;
            case Kind.Udp:
                // 0 would say that there is no checksum, RFC 768.
                ushort checksum = PseudoHeaderChecksum(frame, index, IpProtocol.Udp);
                BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], checksum == 0 ? ushort.MaxValue : checksum);
                break;
            case Kind.Gre when (bytes[0] & 0x80) != 0:
                BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], InternetChecksum.Finish(InternetChecksum.Add(bytes)));
                break;
        }
    }

    private ushort PseudoHeaderChecksum(byte[] frame, int index, byte protocol)
    {
        Layer? network = null;
        for (int i = index - 1; i >= 0 && network is null; i--)
        {
            network = _layers[i].Kind is Kind.IPv4 or Kind.IPv6 ? _layers[i] : null;
        }

        if (network is null)
        {
            throw new InvalidOperationException($"{_layers[index].Kind} needs an IP header before it.");
        }

        ReadOnlySpan<byte> covered = frame.AsSpan(_layers[index].Offset);
        ReadOnlySpan<byte> addresses = network.Kind == Kind.IPv4 ? frame.AsSpan(network.Offset + 12, 8) : frame.AsSpan(network.Offset + 8, 32);
        return InternetChecksum.Finish(InternetChecksum.Add(covered, InternetChecksum.Add(addresses, protocol + (ulong)covered.Length)));
    }

    private sealed record Layer(Kind Kind, int Offset, int HeaderLength, bool IsFixed, bool IsProvider, byte Number);
}
