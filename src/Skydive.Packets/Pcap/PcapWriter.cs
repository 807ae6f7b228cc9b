using System.Buffers.Binary;

namespace Skydive.Packets.Pcap;

/// <summary>
/// Writes a pcap file, little-endian, with nanosecond or microsecond timestamps, to any stream. Writes straight to the stream: give it a
/// buffered one. Not for use by several threads at once.
/// </summary>
/// <remarks>Source: draft-ietf-opsawg-pcap.</remarks>
public sealed class PcapWriter : IDisposable
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly int _nanosecondsPerFraction;

    /// <summary>Writes the file header.</summary>
    /// <param name="stream">Where to write.</param>
    /// <param name="linkType">What the first bytes of every packet are.</param>
    /// <param name="nanoseconds">Whether timestamps keep nanoseconds; the older microsecond format is read by more tools.</param>
    /// <param name="leaveOpen">Whether the stream stays open when this writer is disposed.</param>
    public PcapWriter(Stream stream, LinkType linkType = LinkType.Ethernet, bool nanoseconds = false, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        _nanosecondsPerFraction = nanoseconds ? 1 : 1000;
        Span<byte> header = stackalloc byte[PcapFormat.FileHeaderLength];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, nanoseconds ? PcapFormat.NanosecondMagic : PcapFormat.MicrosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], PcapFormat.VersionMajor);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], PcapFormat.VersionMinor);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], PcapFormat.MaxCapturedLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)linkType);
        stream.Write(header);
    }

    /// <summary>Writes one packet.</summary>
    /// <param name="timestampNanoseconds">When it was captured: nanoseconds since 1970-01-01 UTC, before 2106.</param>
    /// <param name="data">The captured bytes, at most 262144.</param>
    /// <param name="originalLength">How many bytes it had on the wire; 0 for as many as were captured.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time, the number of bytes or the length cannot be written.</exception>
    public void Write(long timestampNanoseconds, ReadOnlySpan<byte> data, int originalLength = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timestampNanoseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timestampNanoseconds / NanosecondsPerSecond, uint.MaxValue, nameof(timestampNanoseconds));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, PcapFormat.MaxCapturedLength, nameof(data));
        ArgumentOutOfRangeException.ThrowIfNegative(originalLength);
        Span<byte> header = stackalloc byte[PcapFormat.PacketHeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(timestampNanoseconds / NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(timestampNanoseconds % NanosecondsPerSecond / _nanosecondsPerFraction));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], Math.Max(originalLength, data.Length));
        _stream.Write(header);
        _stream.Write(data);
    }

    /// <summary>Closes the stream unless it was to be left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }
}
