using Skydive.Linux.GenericNetlink;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// Asks about all interfaces of a namespace at once, over generic netlink. Kernels from 5.6 on, and only for what
/// <see cref="CanDump"/> says. One thread at a time.
/// </summary>
internal sealed class EthtoolNetlink
{
    private const int RequestHeader = 1; // ETHTOOL_A_*_HEADER of most requests
    private const int GroupNames = 16; // ETH_SS_STATS_STD
    private const int BitsetNoMask = 1; // ETHTOOL_A_BITSET_NOMASK
    private const int BitsetSize = 2; // ETHTOOL_A_BITSET_SIZE
    private const int BitsetValue = 4; // ETHTOOL_A_BITSET_VALUE

    /// <summary>PHY, MAC, MAC control and RMON.</summary>
    private const int StandardGroups = 4;

    private static volatile GenericFamily? s_family;

    private readonly GenericNetlinkClient _client;
    private readonly GenericFamily _family;
    private readonly LinkSettingsDecoder _linkSettings;
    private readonly Dictionary<int, StringSet> _stringSets = [];

    private EthtoolNetlink(GenericNetlinkClient client, GenericFamily family)
    {
        _client = client;
        _family = family;
        _linkSettings = new LinkSettingsDecoder(family.Id);
    }

    /// <summary>Whether features and link settings can be dumped.</summary>
    internal bool CanDump => _family.Commands.Contains(EthtoolConstants.GetFeatures)
        && _family.Commands.Contains(EthtoolConstants.GetLinkModes)
        && _family.Commands.Contains(EthtoolConstants.GetStringSets);

    /// <summary>The family.</summary>
    internal GenericFamily Family => _family;

    /// <summary>Finds the family; null when the kernel has none. The client stays with the caller.</summary>
    /// <exception cref="LinuxException">The kernel's answer is malformed.</exception>
    internal static EthtoolNetlink? Find(GenericNetlinkClient client) =>
        client.FindFamily(EthtoolConstants.Family) is { } family ? new EthtoolNetlink(client, family) : null;

    /// <summary>
    /// Looks for the family, and asks the kernel only until it was found: the kernel has its families, their numbers and groups for all namespaces alike.
    /// </summary>
    /// <param name="client">The socket.</param>
    internal static EthtoolNetlink? FindOnce(GenericNetlinkClient client) =>
        (s_family ??= client.FindFamily(EthtoolConstants.Family)) is { } family ? new EthtoolNetlink(client, family) : null;

    /// <summary>Reads the names of the kernel's features.</summary>
    internal FeatureCatalog ReadFeatureNames(CancellationToken cancellationToken) =>
        new(ReadStringSet(EthtoolConstants.FeatureStringSet, cancellationToken));

    internal NetlinkDump<InterfaceFeatures> DumpFeatures(FeatureCatalog catalog, CancellationToken cancellationToken) => _client.Dump(
        "ETHTOOL_MSG_FEATURES_GET dump",
        Start(EthtoolConstants.GetFeatures, RequestHeader, null),
        new FeaturesDecoder(_family.Id, catalog),
        cancellationToken);

    internal NetlinkDump<LinkSettings> DumpLinkSettings(CancellationToken cancellationToken) => _client.Dump(
        "ETHTOOL_MSG_LINKMODES_GET dump", Start(EthtoolConstants.GetLinkModes, RequestHeader, null), _linkSettings, cancellationToken);

    /// <summary>Reads the standard counters of one interface.</summary>
    /// <returns>The counters by name, those that the driver keeps; null when the kernel has no such counters.</returns>
    /// <exception cref="NetlinkException">The interface is gone, or another error.</exception>
    internal Dictionary<string, ulong>? GetStandardStatistics(string interfaceName, CancellationToken cancellationToken)
    {
        if (!_family.Commands.Contains(EthtoolConstants.GetStatistics))
        {
            return null;
        }

        NetlinkMessageBuilder request =
            Start(EthtoolConstants.GetStatistics, StandardStatisticsDecoder.AttributeHeader, interfaceName);
        int groups = request.BeginNested(StandardStatisticsDecoder.AttributeGroups);
        request.Attribute(BitsetNoMask, [])
            .Attribute(BitsetSize, StandardGroups)
            .Attribute(BitsetValue, (1 << StandardGroups) - 1)
            .EndNested(groups);
        StandardStatistics answer = _client.Get(
            $"ETHTOOL_MSG_STATS_GET {interfaceName}", request, new StandardStatisticsDecoder(_family.Id), cancellationToken);
        var result = new Dictionary<string, ulong>(answer.Counters.Count, StringComparer.Ordinal);
        foreach (StandardCounter counter in answer.Counters)
        {
            string? name = counter.Range;
            if (name is null)
            {
                StringSet groupNames = ReadStringSet(GroupNames, cancellationToken);
                StringSet names = ReadStringSet(counter.StringSet, cancellationToken);
                name = counter.Group < groupNames.Names.Length && counter.Place < names.Names.Length
                    ? $"{groupNames.Names[counter.Group]}-{names.Names[counter.Place]}"
                    : null;
            }

            if (name is not null)
            {
                result[name] = counter.Value;
            }
        }

        return result;
    }

    private StringSet ReadStringSet(int id, CancellationToken cancellationToken)
    {
        if (!_stringSets.TryGetValue(id, out StringSet? set))
        {
            NetlinkMessageBuilder request = Start(EthtoolConstants.GetStringSets, RequestHeader, null);
            int sets = request.BeginNested(StringSetDecoder.AttributeSets);
            int one = request.BeginNested(StringSetDecoder.SetsSet);
            request.Attribute(StringSetDecoder.SetId, id).EndNested(one).EndNested(sets);
            set = _client.Get("ETHTOOL_MSG_STRSET_GET", request, new StringSetDecoder(_family.Id), cancellationToken);
            _stringSets.Add(id, set);
        }

        return set;
    }

    private NetlinkMessageBuilder Start(byte command, int headerAttribute, string? interfaceName)
    {
        NetlinkMessageBuilder request = _client.Start(_family, command);
        int header = request.BeginNested(headerAttribute);
        if (interfaceName is not null)
        {
            request.Attribute(EthtoolConstants.HeaderName, interfaceName);
        }

        return request.Attribute(EthtoolConstants.HeaderFlags, EthtoolConstants.CompactBitsets).EndNested(header);
    }
}
