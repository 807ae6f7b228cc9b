using System.Buffers.Binary;
using System.Net.Sockets;
using Skydive.Packets;

namespace Skydive.Agent.Captures.Targets;

/// <summary>
/// Sends every packet in GRE with an ERSPAN type II header (<c>erspanv1</c>): protocol type 0x88be, with a sequence number. Packets that were cut at capture,
/// or that are too long for a datagram, are marked as truncated.
/// </summary>
/// <remarks>Source: draft-foschiano-erspan-03, section 4.2; RFC 2784 and 2890 (GRE).</remarks>
internal sealed class ErspanExporter : IPacketExporter
{
    private const ushort SequencePresent = 0x1000;
    private const ushort ErspanTypeII = 0x88be;
    private const int GreLength = 8;
    private const int ErspanLength = 8;

    // What IPv4 can hold, less its header.
    private const int MaximumLength = ushort.MaxValue - 20;

    private const ushort Version = 0x1000;
    private const ushort TagPreserved = 3 << 11;
    private const ushort Truncated = 1 << 10;
    private const ushort MaximumSession = 0x3ff;

    private readonly TargetSocket _socket;
    private readonly byte[] _buffer = new byte[MaximumLength];
    private readonly ushort _session;
    private readonly uint _index;
    private uint _sequence;

    /// <summary>Makes an exporter.</summary>
    /// <param name="socket">Sends; a raw socket, see <see cref="Open"/>.</param>
    /// <param name="session">Tells exporters at one address apart; the lowest 10 bits count.</param>
    /// <param name="interfaceIndex">The interface that saw the packets.</param>
    private ErspanExporter(TargetSocket socket, uint session, int interfaceIndex)
    {
        _socket = socket;
        _session = (ushort)(session & MaximumSession);
        _index = (uint)interfaceIndex & 0xfffff;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer, SequencePresent);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(2), ErspanTypeII);
    }

    /// <inheritdoc/>
    public long NextTickNanoseconds => long.MaxValue;

    /// <inheritdoc/>
    public long Sent => _socket.Sent;

    /// <inheritdoc/>
    public long Dropped => _socket.Dropped;

    /// <summary>Makes an exporter.</summary>
    /// <exception cref="SocketException">There is no way to the target.</exception>
    /// <exception cref="Skydive.Linux.LinuxException">CAP_NET_RAW is missing.</exception>
    public static ErspanExporter Open(TargetRequest request) =>
        new(TargetSocket.OpenRaw(request.EndPoint, IpProtocol.Gre, request.Namespace), request.Identifier, request.InterfaceIndex);

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<byte> frame, LinkType linkType, int originalLength, VlanTag tag)
    {
        var room = _buffer.AsSpan(GreLength + ErspanLength);
        int length = TaggedFrame.Write(frame, tag, room);
        int wireLength = Math.Max(originalLength, frame.Length) + (tag.IsPresent ? 4 : 0);
        bool isTagged = tag.IsPresent || (length >= 16 && BinaryPrimitives.ReadUInt16BigEndian(room[12..]) is 0x8100 or 0x88a8);
        int vlan = isTagged ? BinaryPrimitives.ReadUInt16BigEndian(room[14..]) & 0xfff : 0;
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(4), _sequence++);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(8), (ushort)(Version | vlan));
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(10), (ushort)((isTagged ? TagPreserved : 0) | (length < wireLength ? Truncated : 0) | _session));
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(12), _index);
        _socket.TrySend(_buffer.AsSpan(0, GreLength + ErspanLength + length));
    }

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public void Tick(long nowNanoseconds)
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
