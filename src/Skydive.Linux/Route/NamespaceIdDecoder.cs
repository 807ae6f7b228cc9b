using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWNSID</c> and <c>RTM_DELNSID</c>: <c>struct rtgenmsg</c> (the family in one byte, padded to 4), then attributes.
/// </summary>
internal sealed class NamespaceIdDecoder() : RtnetlinkDecoder<NamespaceIdMessage>(RtnetlinkMessageType.NewNamespaceId, HeaderSize)
{
    internal const int HeaderSize = 4;
    internal const int AttributeId = 1; // NETNSA_NSID
    internal const int AttributeDescriptor = 3; // NETNSA_FD

    internal static NamespaceIdDecoder Instance { get; } = new();

    /// <inheritdoc/>
    protected override NamespaceIdMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        int? id = null;
        while (attributes.MoveNext())
        {
            if (attributes.Type == AttributeId)
            {
                // NETNSA_NSID_NOT_ASSIGNED is -1.
                int value = attributes.ReadInt32();
                id = value < 0 ? null : value;
            }
        }

        return new NamespaceIdMessage { Id = id };
    }
}
