namespace Skydive.Packets;

/// <summary>What the first bytes of a frame are, numbered as in a pcap file header (LINKTYPE_ values of the tcpdump group).</summary>
public enum LinkType : ushort
{
    /// <summary>An Ethernet header.</summary>
    Ethernet = 1, // LINKTYPE_ETHERNET

    /// <summary>An IPv4 or IPv6 header, told apart by its version; the number older files carry.</summary>
    RawBsd = 12, // DLT_RAW on most systems

    /// <summary>An IPv4 or IPv6 header, told apart by its version; OpenBSD's number.</summary>
    RawOpenBsd = 14, // DLT_RAW on OpenBSD

    /// <summary>An IPv4 or IPv6 header, told apart by its version.</summary>
    Raw = 101, // LINKTYPE_RAW

    /// <summary>Linux cooked capture, 16 bytes, then the packet.</summary>
    LinuxSll = 113, // LINKTYPE_LINUX_SLL

    /// <summary>An IPv4 header.</summary>
    IPv4 = 228, // LINKTYPE_IPV4

    /// <summary>An IPv6 header.</summary>
    IPv6 = 229, // LINKTYPE_IPV6

    /// <summary>Linux cooked capture version 2, 20 bytes, then the packet.</summary>
    LinuxSll2 = 276, // LINKTYPE_LINUX_SLL2
}
