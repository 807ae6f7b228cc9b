using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWSTATS</c>: <c>struct if_stats_msg</c> (family, padding, index, mask of what was asked: 12 bytes), then attributes, of which
/// <c>IFLA_STATS_LINK_64</c> holds <c>struct rtnl_link_stats64</c>.
/// </summary>
internal sealed class StatisticsDecoder() : RtnetlinkDecoder<StatisticsMessage>(RtnetlinkMessageType.NewStatistics, HeaderSize)
{
    internal const int AttributeLink = 1; // IFLA_STATS_LINK_64
    private const int HeaderSize = 12;

    internal static StatisticsDecoder Instance { get; } = new();

    /// <inheritdoc/>
    protected override StatisticsMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        LinkStatistics? statistics = null;
        while (attributes.MoveNext())
        {
            if (attributes.Type == AttributeLink)
            {
                statistics = LinkStatistics.Read(attributes.Value);
            }
        }

        return statistics is null ? null : new StatisticsMessage(MemoryMarshal.Read<int>(header[4..]), statistics);
    }
}
