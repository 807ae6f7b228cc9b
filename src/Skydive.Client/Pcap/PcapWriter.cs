using System.Buffers.Binary;

namespace Skydive.Client.Pcap;

/// <summary>Writes packets into a pcap file (libpcap's savefile(5), microseconds, little-endian).</summary>
public sealed class PcapWriter
{
    private const uint MagicMicroseconds = 0xa1b2c3d4;
    private const uint SnapLength = 262144;
    private const int Ethernet = 1;

    private readonly Stream _stream;
    private int? _linkType;

    /// <summary>Makes a writer.</summary>
    /// <param name="stream">Where to write; stays open.</param>
    public PcapWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
    }

    /// <summary>Writes a packet.</summary>
    /// <param name="time">When it was captured.</param>
    /// <param name="linkType">What its first bytes are: a LINKTYPE number.</param>
    /// <param name="data">Its bytes.</param>
    /// <exception cref="ArgumentException">Packets before it had another link type: a pcap file has one for all.</exception>
    public void Write(DateTimeOffset time, int linkType, ReadOnlySpan<byte> data)
    {
        Begin(linkType);
        if (linkType != _linkType)
        {
            throw new ArgumentException($"packets of link type {linkType} and {_linkType} cannot be in one pcap file: choose those of one", nameof(linkType));
        }

        Span<byte> header = stackalloc byte[16];
        long microseconds = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(microseconds / 1_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(microseconds % 1_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], data.Length);
        _stream.Write(header);
        _stream.Write(data);
    }

    /// <summary>Ends the file. One without packets is a file of Ethernet packets.</summary>
    public void Complete()
    {
        Begin(Ethernet);
        _stream.Flush();
    }

    private void Begin(int linkType)
    {
        if (_linkType is not null)
        {
            return;
        }

        _linkType = linkType;
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, MagicMicroseconds);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], SnapLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], linkType);
        _stream.Write(header);
    }
}
