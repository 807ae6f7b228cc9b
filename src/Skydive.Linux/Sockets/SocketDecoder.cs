using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Skydive.Linux.Interop;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Sockets;

/// <summary>
/// Decodes the answers to <c>SOCK_DIAG_BY_FAMILY</c>: <c>struct inet_diag_msg</c> (family, state, timer, retransmits, then ports and
/// addresses in network order, interface, cookie, then timer, queues, user and inode: 72 bytes), then attributes.
/// </summary>
internal sealed class SocketDecoder(SocketProtocol protocol) : NetlinkDecoder<SocketMessage>(HeaderSize)
{
    internal const ushort ByFamily = 20; // SOCK_DIAG_BY_FAMILY

    private const int HeaderSize = 72;
    private const int AttributeIPv6Only = 11; // INET_DIAG_SKV6ONLY
    private const int AttributeControlGroup = 21; // INET_DIAG_CGROUP_ID

    /// <inheritdoc/>
    protected override bool IsKnown(in NetlinkMessage message) => message.Type == ByFamily;

    /// <inheritdoc/>
    protected override SocketMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        ulong controlGroup = 0;
        bool? isIPv6Only = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeIPv6Only:
                    isIPv6Only = attributes.ReadByte() != 0;
                    break;
                case AttributeControlGroup:
                    controlGroup = attributes.ReadUInt64();
                    break;
            }
        }

        int addressLength = header[0] switch
        {
            Constants.AddressFamilyInet => 4,
            Constants.AddressFamilyInet6 => 16,
            _ => 0,
        };
        return addressLength == 0 ? null : new SocketMessage
        {
            Protocol = protocol,
            Family = header[0],
            State = (SocketState)header[1],
            Local = InternetEndPoint.Read(header.Slice(8, addressLength), BinaryPrimitives.ReadUInt16BigEndian(header[4..])),
            Remote = InternetEndPoint.Read(header.Slice(24, addressLength), BinaryPrimitives.ReadUInt16BigEndian(header[6..])),
            InterfaceIndex = MemoryMarshal.Read<int>(header[40..]),
            UserId = MemoryMarshal.Read<uint>(header[64..]),
            Inode = MemoryMarshal.Read<uint>(header[68..]),
            ControlGroupId = controlGroup,
            IsIPv6Only = isIPv6Only,
        };
    }
}
