using Skydive.Linux.Netlink;

namespace Skydive.Linux.Ethtool;

/// <summary>Decodes <c>ETHTOOL_MSG_FEATURES_GET_REPLY</c> and <c>ETHTOOL_MSG_FEATURES_NTF</c>.</summary>
internal sealed class FeaturesDecoder(ushort family, FeatureCatalog catalog)
    : EthtoolDecoder<InterfaceFeatures>(family, EthtoolConstants.FeaturesReply, EthtoolConstants.FeaturesNotification)
{
    private const int AttributeHeader = 1; // ETHTOOL_A_FEATURES_HEADER
    private const int AttributeActive = 4; // ETHTOOL_A_FEATURES_ACTIVE

    /// <inheritdoc/>
    protected override InterfaceFeatures? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        EthtoolHeader device = default;
        Span<uint> active = stackalloc uint[EthtoolBitset.MaximumWords];
        active.Clear();
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeHeader:
                    device = EthtoolHeader.Read(ref attributes);
                    break;
                case AttributeActive:
                    EthtoolBitset.Read(ref attributes, active);
                    break;
            }
        }

        return device.Index == 0 ? null : new InterfaceFeatures(device.Index, device.Name, catalog.Get(active));
    }
}
