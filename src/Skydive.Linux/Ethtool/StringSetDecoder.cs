using Skydive.Linux.Netlink;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// Decodes <c>ETHTOOL_MSG_STRSET_GET_REPLY</c> of a request for one set: header, then sets, each with its id and its strings, each of which
/// has its place and its text.
/// </summary>
internal sealed class StringSetDecoder(ushort family)
    : EthtoolDecoder<StringSet>(family, EthtoolConstants.StringSetsReply, EthtoolConstants.StringSetsReply)
{
    internal const int AttributeSets = 2; // ETHTOOL_A_STRSET_STRINGSETS
    internal const int SetsSet = 1; // ETHTOOL_A_STRINGSETS_STRINGSET
    internal const int SetId = 1; // ETHTOOL_A_STRINGSET_ID

    private const int SetStrings = 3; // ETHTOOL_A_STRINGSET_STRINGS
    private const int StringIndex = 1; // ETHTOOL_A_STRING_INDEX
    private const int StringValue = 2; // ETHTOOL_A_STRING_VALUE

    /// <inheritdoc/>
    protected override StringSet? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        StringSet? result = null;
        while (attributes.MoveNext())
        {
            if (attributes.Type != AttributeSets)
            {
                continue;
            }

            NetlinkAttributeReader sets = attributes.ReadNested();
            while (sets.MoveNext())
            {
                NetlinkAttributeReader set = sets.ReadNested();
                result = ReadSet(ref set);
                sets.Absorb(set);
            }

            attributes.Absorb(sets);
        }

        return result;
    }

    private static StringSet ReadSet(ref NetlinkAttributeReader set)
    {
        int id = 0;
        var names = new List<string>();
        while (set.MoveNext())
        {
            switch (set.Type)
            {
                case SetId:
                    id = set.ReadInt32();
                    break;
                case SetStrings:
                    NetlinkAttributeReader strings = set.ReadNested();
                    while (strings.MoveNext())
                    {
                        ReadString(ref strings, names);
                    }

                    set.Absorb(strings);
                    break;
            }
        }

        return new StringSet(id, names);
    }

    private static void ReadString(ref NetlinkAttributeReader strings, List<string> names)
    {
        int index = -1;
        string text = string.Empty;
        NetlinkAttributeReader element = strings.ReadNested();
        while (element.MoveNext())
        {
            switch (element.Type)
            {
                case StringIndex:
                    index = element.ReadInt32();
                    break;
                case StringValue:
                    text = element.ReadString();
                    break;
            }
        }

        strings.Absorb(element);
        if (index is >= 0 and < EthtoolConstants.MaximumStatistics)
        {
            while (names.Count <= index)
            {
                names.Add(string.Empty);
            }

            names[index] = text;
        }
    }
}
