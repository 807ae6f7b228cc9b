namespace Skydive.Packets.Pcap;

/// <summary>The numbers of the pcap file format, draft-ietf-opsawg-pcap.</summary>
internal static class PcapFormat
{
    public const uint MicrosecondMagic = 0xa1b2c3d4;
    public const uint NanosecondMagic = 0xa1b23c4d;
    public const uint PcapNgMagic = 0x0a0d0d0a;
    public const ushort VersionMajor = 2;
    public const ushort VersionMinor = 4;
    public const int FileHeaderLength = 24;
    public const int PacketHeaderLength = 16;

    /// <summary>The largest snap length that capture tools use (MAXIMUM_SNAPLEN of libpcap): a longer packet means a broken file.</summary>
    public const int MaxCapturedLength = 262144;
}
