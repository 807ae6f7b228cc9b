namespace Skydive.Linux.Bpf;

/// <summary>
/// What packets begin with, as libpcap numbers it in memory (<c>DLT_*</c>, which for these equals the <c>LINKTYPE_*</c> of files except for
/// <see cref="RawIp"/>, 101 in files). Other values of libpcap are valid too.
/// </summary>
public enum LinkType
{
    /// <summary>A 4-byte address family in host order (BSD loopback).</summary>
    Null = 0, // DLT_NULL

    /// <summary>An Ethernet header.</summary>
    Ethernet = 1, // DLT_EN10MB

    /// <summary>A PPP header.</summary>
    Ppp = 9, // DLT_PPP

    /// <summary>An IPv4 or IPv6 header.</summary>
    RawIp = 12, // DLT_RAW

    /// <summary>An IEEE 802.11 header.</summary>
    Wireless = 105, // DLT_IEEE802_11

    /// <summary>The header of a "cooked" Linux capture.</summary>
    LinuxCooked = 113, // DLT_LINUX_SLL

    /// <summary>A radiotap header.</summary>
    Radiotap = 127, // DLT_IEEE802_11_RADIO

    /// <summary>The second version of the cooked header.</summary>
    LinuxCooked2 = 276, // DLT_LINUX_SLL2
}
