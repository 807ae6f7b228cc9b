namespace Skydive.Packets.Pcap;

/// <summary>What a pcap file says about one packet.</summary>
/// <param name="TimestampNanoseconds">When it was captured: nanoseconds since 1970-01-01 UTC, whatever the file's resolution.</param>
/// <param name="OriginalLength">How many bytes it had on the wire; at least as many as were captured.</param>
public readonly record struct PcapPacketHeader(long TimestampNanoseconds, int OriginalLength);
