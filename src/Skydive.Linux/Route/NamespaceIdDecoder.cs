using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWNSID</c> and <c>RTM_DELNSID</c>: <c>struct rtgenmsg</c> (the family in one byte, padded to 4), then attributes.
/// </summary>
internal sealed class NamespaceIdDecoder : INetlinkDecoder<NamespaceIdMessage>
{
    internal const int HeaderSize = 4;
    internal const int AttributeId = 1; // NETNSA_NSID
    internal const int AttributeDescriptor = 3; // NETNSA_FD

    private NamespaceIdDecoder()
    {
    }

    internal static NamespaceIdDecoder Instance { get; } = new();

    /// <inheritdoc/>
    public NetlinkFault Decode(in NetlinkMessage message, out NamespaceIdMessage? result)
    {
        result = null;
        if (message.Type is not (RtnetlinkMessageType.NewNamespaceId or RtnetlinkMessageType.DeleteNamespaceId))
        {
            return NetlinkFault.None;
        }

        if (message.Payload.Length < HeaderSize)
        {
            return NetlinkFault.TruncatedHeader;
        }

        int? id = null;
        var attributes = new NetlinkAttributeReader(message.Payload[HeaderSize..]);
        while (attributes.MoveNext())
        {
            if (attributes.Type == AttributeId)
            {
                // NETNSA_NSID_NOT_ASSIGNED is -1.
                int value = attributes.ReadInt32();
                id = value < 0 ? null : value;
            }
        }

        if (attributes.Fault == NetlinkFault.None)
        {
            result = new NamespaceIdMessage { Id = id };
        }

        return attributes.Fault;
    }
}
