using System.Globalization;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// Decodes <c>ETHTOOL_MSG_STATS_GET_REPLY</c>: header, then groups, each with its number, the set of its names, its counters (the type of
/// the attribute is the place of the name), and for RMON its histograms of packet sizes.
/// </summary>
internal sealed class StandardStatisticsDecoder(ushort family)
    : EthtoolDecoder<StandardStatistics>(family, EthtoolConstants.StatisticsReply, EthtoolConstants.StatisticsReply)
{
    internal const int AttributeHeader = 2; // ETHTOOL_A_STATS_HEADER
    internal const int AttributeGroups = 3; // ETHTOOL_A_STATS_GROUPS
    internal const int AttributeGroup = 4; // ETHTOOL_A_STATS_GRP

    private const int GroupId = 2; // ETHTOOL_A_STATS_GRP_ID
    private const int GroupStringSet = 3; // ETHTOOL_A_STATS_GRP_SS_ID
    private const int GroupCounter = 4; // ETHTOOL_A_STATS_GRP_STAT
    private const int GroupReceived = 5; // ETHTOOL_A_STATS_GRP_HIST_RX
    private const int GroupSent = 6; // ETHTOOL_A_STATS_GRP_HIST_TX
    private const int RangeLow = 7; // ETHTOOL_A_STATS_GRP_HIST_BKT_LOW
    private const int RangeHigh = 8; // ETHTOOL_A_STATS_GRP_HIST_BKT_HI
    private const int RangeValue = 9; // ETHTOOL_A_STATS_GRP_HIST_VAL

    /// <inheritdoc/>
    protected override StandardStatistics? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        EthtoolHeader device = default;
        var counters = new List<StandardCounter>();
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeHeader:
                    device = EthtoolHeader.Read(ref attributes);
                    break;
                case AttributeGroup:
                    NetlinkAttributeReader group = attributes.ReadNested();
                    ReadGroup(ref group, counters);
                    attributes.Absorb(group);
                    break;
            }
        }

        return new StandardStatistics(device, counters);
    }

    private static void ReadGroup(ref NetlinkAttributeReader attributes, List<StandardCounter> counters)
    {
        int id = 0;
        int stringSet = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case GroupId:
                    id = attributes.ReadInt32();
                    break;
                case GroupStringSet:
                    stringSet = attributes.ReadInt32();
                    break;
                case GroupCounter:
                    NetlinkAttributeReader counter = attributes.ReadNested();
                    while (counter.MoveNext())
                    {
                        counters.Add(new StandardCounter(id, stringSet, counter.Type, null, counter.ReadUInt64()));
                    }

                    attributes.Absorb(counter);
                    break;
                case GroupReceived:
                    ReadRange(ref attributes, "rx", id, counters);
                    break;
                case GroupSent:
                    ReadRange(ref attributes, "tx", id, counters);
                    break;
            }
        }
    }

    private static void ReadRange(ref NetlinkAttributeReader attributes, string direction, int group, List<StandardCounter> counters)
    {
        uint low = 0;
        uint high = 0;
        ulong value = 0;
        NetlinkAttributeReader range = attributes.ReadNested();
        while (range.MoveNext())
        {
            switch (range.Type)
            {
                case RangeLow:
                    low = range.ReadUInt32();
                    break;
                case RangeHigh:
                    high = range.ReadUInt32();
                    break;
                case RangeValue:
                    value = range.ReadUInt64();
                    break;
            }
        }

        attributes.Absorb(range);

        // Names of RFC 2819; without an upper end the range goes up to the largest packet.
        string name = high == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{direction}-rmon-etherStatsPkts{low}toMaxOctets")
            : low == 0
                ? string.Create(CultureInfo.InvariantCulture, $"{direction}-rmon-etherStatsPkts{high}Octets")
                : string.Create(CultureInfo.InvariantCulture, $"{direction}-rmon-etherStatsPkts{low}to{high}Octets");
        counters.Add(new StandardCounter(group, 0, 0, name, value));
    }
}
