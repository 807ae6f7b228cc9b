using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Linux.Ethtool;

/// <summary>Which interface a message is about: <c>ETHTOOL_A_HEADER_*</c>, nested in the first attribute of every message.</summary>
internal readonly record struct EthtoolHeader(int Index, string Name)
{
    internal static EthtoolHeader Read(ref NetlinkAttributeReader attributes)
    {
        int index = 0;
        string name = string.Empty;
        NetlinkAttributeReader header = attributes.ReadNested();
        while (header.MoveNext())
        {
            switch (header.Type)
            {
                case EthtoolConstants.HeaderIndex:
                    index = header.ReadInt32();
                    break;
                case EthtoolConstants.HeaderName:
                    name = TextCache.Get(header.Text());
                    break;
            }
        }

        attributes.Absorb(header);
        return new EthtoolHeader(index, name);
    }
}
