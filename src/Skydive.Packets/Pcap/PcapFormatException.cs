namespace Skydive.Packets.Pcap;

/// <summary>A pcap file is not what its format says; the message says what was found, where, and what was expected.</summary>
public sealed class PcapFormatException : Exception
{
    /// <summary>A format error.</summary>
    /// <param name="message">What is wrong, without the place.</param>
    /// <param name="offset">The byte offset in the stream of the field that is wrong.</param>
    public PcapFormatException(string message, long offset)
        : base($"{message} (at byte {offset})") => Offset = offset;

    /// <summary>The byte offset, from where reading began, of the field that is wrong.</summary>
    public long Offset { get; }
}
