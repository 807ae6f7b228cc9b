using Skydive.Linux.Netlink;

namespace Skydive.Linux.Ethtool;

/// <summary>Decodes <c>ETHTOOL_MSG_LINKMODES_GET_REPLY</c> and <c>ETHTOOL_MSG_LINKMODES_NTF</c>.</summary>
internal sealed class LinkSettingsDecoder(ushort family)
    : EthtoolDecoder<LinkSettings>(family, EthtoolConstants.LinkModesReply, EthtoolConstants.LinkModesNotification)
{
    private const int AttributeHeader = 1; // ETHTOOL_A_LINKMODES_HEADER
    private const int AttributeAutonegotiation = 2; // ETHTOOL_A_LINKMODES_AUTONEG
    private const int AttributeSpeed = 5; // ETHTOOL_A_LINKMODES_SPEED
    private const int AttributeDuplex = 6; // ETHTOOL_A_LINKMODES_DUPLEX
    private const int AttributeLanes = 9; // ETHTOOL_A_LINKMODES_LANES

    /// <inheritdoc/>
    protected override LinkSettings? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        EthtoolHeader device = default;
        uint megabits = 0;
        var duplex = Duplex.Unknown;
        bool isNegotiated = false;
        int? lanes = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeHeader:
                    device = EthtoolHeader.Read(ref attributes);
                    break;
                case AttributeAutonegotiation:
                    isNegotiated = attributes.ReadByte() != 0;
                    break;
                case AttributeSpeed:
                    megabits = attributes.ReadUInt32();
                    break;
                case AttributeDuplex:
                    duplex = (Duplex)attributes.ReadByte();
                    break;
                case AttributeLanes:
                    lanes = attributes.ReadInt32();
                    break;
            }
        }

        return device.Index == 0 ? null : new LinkSettings
        {
            Index = device.Index,
            Name = device.Name,
            BitsPerSecond = LinkSettings.FromMegabits(megabits),
            Duplex = duplex,
            IsNegotiated = isNegotiated,
            Lanes = lanes,
        };
    }
}
