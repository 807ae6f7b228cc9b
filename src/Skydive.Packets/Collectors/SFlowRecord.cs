namespace Skydive.Packets.Collectors;

/// <summary>A record of an <see cref="SFlowSample"/>; a view of the datagram.</summary>
public readonly ref struct SFlowRecord
{
    private const uint RawHeaderFormat = 1;
    private const uint EthernetHeader = 1;
    private const uint IPv4Header = 11;
    private const uint IPv6Header = 12;

    internal SFlowRecord(uint format, ReadOnlySpan<byte> data)
    {
        Format = format;
        Data = data;
    }

    /// <summary>Enterprise (0 for the standard's own) in the upper 20 bits, format in the lower 12.</summary>
    public uint Format { get; }

    /// <summary>The record's bytes.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Reads the begin of a sampled packet (<c>sampled_header</c>). Only for records of flow samples.</summary>
    /// <param name="header">The bytes, as the exporter's <c>header</c> setting cut them.</param>
    /// <param name="linkType">What they begin with.</param>
    /// <param name="originalLength">The length of the packet on the wire, without the frame check sequence.</param>
    /// <returns>False when the record is another, is damaged, or has a header of a protocol that is not known here.</returns>
    public bool TryReadPacket(out ReadOnlySpan<byte> header, out LinkType linkType, out int originalLength)
    {
        header = default;
        linkType = default;
        originalLength = 0;
        if (Format != RawHeaderFormat)
        {
            return false;
        }

        var reader = new XdrReader(Data);
        uint protocol = reader.ReadUInt32();
        uint frameLength = reader.ReadUInt32();
        uint stripped = reader.ReadUInt32();
        header = reader.ReadOpaque();
        LinkType? type = protocol switch
        {
            EthernetHeader => LinkType.Ethernet,
            IPv4Header => LinkType.IPv4,
            IPv6Header => LinkType.IPv6,
            _ => null,
        };
        if (reader.IsShort || type is not { } known || frameLength > int.MaxValue)
        {
            return false;
        }

        linkType = known;

        // An Ethernet frame is counted with its check sequence, which is stripped from the header bytes, and which captures do not see.
        originalLength = (int)Math.Max(frameLength - Math.Min(stripped, frameLength), (uint)header.Length);
        return true;
    }
}
