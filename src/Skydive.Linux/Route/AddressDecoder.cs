using System.Net;
using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWADDR</c> and <c>RTM_DELADDR</c>: <c>struct ifaddrmsg</c> (family, prefix length, flags, scope, index: 8 bytes), then
/// attributes.
/// </summary>
internal sealed class AddressDecoder : INetlinkDecoder<AddressMessage>
{
    private const int HeaderSize = 8;
    private const int AttributeAddress = 1; // IFA_ADDRESS
    private const int AttributeLocal = 2; // IFA_LOCAL
    private const int AttributeLabel = 3; // IFA_LABEL
    private const int AttributeBroadcast = 4; // IFA_BROADCAST
    private const int AttributeFlags = 8; // IFA_FLAGS

    private AddressDecoder()
    {
    }

    internal static AddressDecoder Instance { get; } = new();

    /// <inheritdoc/>
    public NetlinkFault Decode(in NetlinkMessage message, out AddressMessage? result)
    {
        result = null;
        if (message.Type is not (RtnetlinkMessageType.NewAddress or RtnetlinkMessageType.DeleteAddress))
        {
            return NetlinkFault.None;
        }

        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < HeaderSize)
        {
            return NetlinkFault.TruncatedHeader;
        }

        IPAddress? address = null;
        IPAddress? local = null;
        IPAddress? broadcast = null;
        string? label = null;
        var flags = (AddressFlags)payload[2];
        var attributes = new NetlinkAttributeReader(payload[HeaderSize..]);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeAddress:
                    address = KernelAddress.Read(attributes.Value);
                    break;
                case AttributeLocal:
                    local = KernelAddress.Read(attributes.Value);
                    break;
                case AttributeLabel:
                    label = TextCache.Get(attributes.Text());
                    break;
                case AttributeBroadcast:
                    broadcast = KernelAddress.Read(attributes.Value);
                    break;
                case AttributeFlags:
                    // The byte in the header holds only the lower eight of them.
                    flags = (AddressFlags)attributes.ReadUInt32();
                    break;
            }
        }

        if (attributes.Fault != NetlinkFault.None)
        {
            return attributes.Fault;
        }

        IPAddress? own = local ?? address;
        if (own is null)
        {
            // Of a family without IP addresses, such as the kernel's own MCTP or phonet.
            return NetlinkFault.None;
        }

        result = new AddressMessage
        {
            Family = payload[0],
            PrefixLength = payload[1],
            Scope = payload[3],
            Index = MemoryMarshal.Read<int>(payload[4..]),
            Flags = flags,
            Address = own,
            Peer = local is null || address is null || local.Equals(address) ? null : address,
            Broadcast = broadcast,
            Label = label,
        };
        return NetlinkFault.None;
    }
}
