using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Skydive.Packets.Pcap;

/// <summary>
/// Reads a pcap or pcapng file packet by packet, of either byte order and with any resolution of time, from any stream; it need not be seekable
/// and is read in chunks of 256 KiB. One buffer is allocated per reader, nothing per packet. When the stream throws, reading may go on later where
/// it stopped. Not for use by several threads at once.
/// </summary>
/// <remarks>Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.</remarks>
public sealed partial class PcapReader : IDisposable
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const int BufferLength = PcapFormat.MaxCapturedLength + PacketBlockHeaderLength;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly byte[] _buffer;
    private readonly int _nanosecondsPerFraction;
    private bool _isBigEndian;

    // The unread part of the buffer, and where in the stream its first byte stands.
    private int _start;
    private int _end;
    private long _startOffset;

    /// <summary>Reads the file header.</summary>
    /// <param name="stream">The file's bytes from its first on.</param>
    /// <param name="leaveOpen">Whether the stream stays open when this reader is disposed.</param>
    /// <exception cref="PcapFormatException">The stream does not start with the header of a pcap or pcapng file.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public PcapReader(Stream stream, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _leaveOpen = leaveOpen;
        _buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
        if (!TryFill(PcapFormat.FileHeaderLength))
        {
            throw new PcapFormatException($"A pcap file starts with a header of 24 bytes; there are {_end}", 0);
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(_buffer);
        _isBigEndian = BinaryPrimitives.ReverseEndianness(magic) is PcapFormat.MicrosecondMagic or PcapFormat.NanosecondMagic;
        switch (_isBigEndian ? BinaryPrimitives.ReverseEndianness(magic) : magic)
        {
            case PcapFormat.MicrosecondMagic:
                _nanosecondsPerFraction = 1000;
                break;
            case PcapFormat.NanosecondMagic:
                _nanosecondsPerFraction = 1;
                break;
            case PcapFormat.PcapNgMagic:
                OpenNg();
                return;
            default:
                throw new PcapFormatException($"Not a pcap file: it starts with 0x{magic:x8}, not 0xa1b2c3d4 or 0xa1b23c4d", 0);
        }

        ushort major = _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(4)) : BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(4));
        if (major != PcapFormat.VersionMajor)
        {
            throw new PcapFormatException($"The pcap format version is {major}; 2 was expected", 4);
        }

        // The upper half of this word holds the length of the frame check sequence, for capture cards that keep one.
        LinkType = (LinkType)(ushort)ReadUInt32(20);
        Advance(PcapFormat.FileHeaderLength);
    }

    /// <summary>
    /// What the first bytes of packets are; a number without a name when it is one that the decoder does not know. In a pcapng file it is that of
    /// the packet that was read last, of the first interface before that: packets of several interfaces may differ.
    /// </summary>
    public LinkType LinkType { get; private set; }

    /// <summary>Where in the stream the next packet's header starts; in a pcapng file, the block of the packet that was read last.</summary>
    public long Offset => _startOffset;

    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file's path.</param>
    /// <exception cref="PcapFormatException">The file does not start with a pcap file header.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The reader owns the stream, or it is disposed of.")]
    public static PcapReader Open(string path)
    {
        // This reader has its own buffer.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        try
        {
            return new PcapReader(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next packet.</summary>
    /// <param name="header">When it was captured and how long it was.</param>
    /// <param name="data">The captured bytes; valid until the next call.</param>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="PcapFormatException">The file ends within a packet, or a length cannot be right. Packets read before stay valid.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryReadNext(out PcapPacketHeader header, out ReadOnlySpan<byte> data)
    {
        if (_interfaces is not null)
        {
            return TryReadNextNg(out header, out data);
        }

        header = default;
        data = default;
        if (_end - _start < PcapFormat.PacketHeaderLength && !TryFill(PcapFormat.PacketHeaderLength))
        {
            return _start == _end
                ? false
                : throw new PcapFormatException($"The file ends within a packet header: {_end - _start} bytes of 16", _startOffset);
        }

        uint capturedLength = ReadUInt32(8);
        uint originalLength = ReadUInt32(12);
        if (capturedLength > PcapFormat.MaxCapturedLength)
        {
            throw new PcapFormatException($"A captured length of {capturedLength} bytes; at most 262144 were expected", _startOffset + 8);
        }

        if (originalLength > int.MaxValue)
        {
            throw new PcapFormatException($"An original length of {originalLength} bytes; at most {int.MaxValue} were expected", _startOffset + 12);
        }

        int recordLength = PcapFormat.PacketHeaderLength + (int)capturedLength;
        if (_end - _start < recordLength && !TryFill(recordLength))
        {
            throw new PcapFormatException(
                $"The file ends within a packet: {_end - _start - PcapFormat.PacketHeaderLength} bytes of {capturedLength}", _startOffset);
        }

        long timestamp = (ReadUInt32(0) * NanosecondsPerSecond) + ((long)ReadUInt32(4) * _nanosecondsPerFraction);
        header = new PcapPacketHeader(timestamp, (int)Math.Max(originalLength, capturedLength));
        data = _buffer.AsSpan(_start + PcapFormat.PacketHeaderLength, (int)capturedLength);
        Advance(recordLength);
        return true;
    }

    /// <summary>Closes the stream unless it was to be left open.</summary>
    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint ReadUInt32(int position)
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start + position, 4);
        return _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private void Advance(int count)
    {
        _start += count;
        _startOffset += count;
    }

    // Moves the unread part to the front and reads until it has the wanted length; false when the stream ends before.
    private bool TryFill(int wanted)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < wanted)
        {
            int read = _stream.Read(_buffer.AsSpan(_end));
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }
}
