using System.Net;
using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWADDR</c> and <c>RTM_DELADDR</c>: <c>struct ifaddrmsg</c> (family, prefix length, flags, scope, index: 8 bytes), then
/// attributes.
/// </summary>
internal sealed class AddressDecoder() : RtnetlinkDecoder<AddressMessage>(RtnetlinkMessageType.NewAddress, HeaderSize)
{
    private const int HeaderSize = 8;
    private const int AttributeAddress = 1; // IFA_ADDRESS
    private const int AttributeLocal = 2; // IFA_LOCAL
    private const int AttributeLabel = 3; // IFA_LABEL
    private const int AttributeBroadcast = 4; // IFA_BROADCAST
    private const int AttributeFlags = 8; // IFA_FLAGS

    internal static AddressDecoder Instance { get; } = new();

    /// <inheritdoc/>
    protected override AddressMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        IPAddress? address = null;
        IPAddress? local = null;
        IPAddress? broadcast = null;
        string? label = null;
        var flags = (AddressFlags)header[2];
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

        // Families without IP addresses, such as the kernel's own MCTP or phonet, have no address that is one here.
        IPAddress? own = local ?? address;
        return own is null ? null : new AddressMessage
        {
            Family = header[0],
            PrefixLength = header[1],
            Scope = header[3],
            Index = MemoryMarshal.Read<int>(header[4..]),
            Flags = flags,
            Address = own,
            Peer = local is null || address is null || local.Equals(address) ? null : address,
            Broadcast = broadcast,
            Label = label,
        };
    }
}
