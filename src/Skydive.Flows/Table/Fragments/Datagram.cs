using System.Buffers;

namespace Skydive.Flows.Table.Fragments;

/// <summary>A datagram in the making: the captured bytes of its fragments and where they belong.</summary>
internal sealed class Datagram
{
    // 64 KiB in fragments of 576 bytes are 119.
    private const int MaxFragments = 128;

    private readonly List<Extent> _extents = [];
    private byte[] _bytes = [];
    private int _bytesUsed;
    private int _received;
    private int _length;

    public DatagramKey Key { get; private set; }

    /// <summary>The first fragment that came, with the packets and bytes of all so far.</summary>
    public PendingPacket Packet;

    public long FirstSeenNanoseconds { get; private set; }

    /// <summary>The protocol that the fragment at the begin names.</summary>
    public byte Protocol { get; private set; }

    /// <summary>How many bytes the datagram's payload has, once its end has come.</summary>
    public int Length => _length;

    /// <summary>Managed memory in use, in bytes, roughly.</summary>
    public int SizeBytes => 512 + (32 * _extents.Count) + _bytes.Length;

    /// <summary>The next older and the next younger one.</summary>
    public Datagram? Older { get; set; }

    public Datagram? Younger { get; set; }

    /// <summary>Whether all of it has come.</summary>
    public bool IsComplete => _length > 0 && _received == _length;

    public void Begin(in DatagramKey key, in PendingPacket packet)
    {
        Key = key;
        Packet = packet;
        Packet.PacketCount = 0;
        Packet.Length = 0;
        FirstSeenNanoseconds = packet.TimestampNanoseconds;
        Protocol = 0;
        _length = 0;
        _received = 0;
    }

    /// <summary>Adds a fragment.</summary>
    /// <param name="offset">Where its bytes belong.</param>
    /// <param name="length">How many bytes it had on the wire.</param>
    /// <param name="isLast">Whether none follows it.</param>
    /// <param name="protocol">The protocol that it names.</param>
    /// <param name="captured">As many of its bytes as were captured.</param>
    /// <returns>
    /// False when it is malformed, or contradicts another one: then nobody can tell what the datagram is (RFC 5722), whoever it is that sends it.
    /// The same fragment once more is fine.
    /// </returns>
    public bool TryAdd(int offset, int length, bool isLast, byte protocol, ReadOnlySpan<byte> captured)
    {
        int end = offset + length;
        if (length <= 0 || end > ushort.MaxValue || (!isLast && length % 8 != 0) || (_length > 0 && (isLast ? end != _length : end > _length)))
        {
            return false;
        }

        int index = 0;
        while (index < _extents.Count && _extents[index].Offset < offset)
        {
            index++;
        }

        if (index < _extents.Count && _extents[index].Offset == offset && _extents[index].Length == length)
        {
            return true;
        }

        bool overlaps = (index > 0 && _extents[index - 1].Offset + _extents[index - 1].Length > offset)
            || (index < _extents.Count && _extents[index].Offset < end);
        bool endsTooEarly = isLast && _extents.Count > index;
        if (overlaps || endsTooEarly || _extents.Count == MaxFragments)
        {
            return false;
        }

        captured = captured[..Math.Min(captured.Length, length)];
        _extents.Insert(index, new Extent(offset, length, _bytesUsed, captured.Length));
        Store(captured);
        _received += length;
        _length = isLast ? end : _length;
        Protocol = offset == 0 ? protocol : Protocol;
        return true;
    }

    /// <summary>Writes the datagram's payload as far as it was captured without a gap.</summary>
    /// <param name="destination">Room for <see cref="Length"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    public int CopyTo(Span<byte> destination)
    {
        int written = 0;
        foreach (Extent extent in _extents)
        {
            _bytes.AsSpan(extent.Start, extent.Captured).CopyTo(destination[written..]);
            written += extent.Captured;
            if (extent.Captured < extent.Length)
            {
                break;
            }
        }

        return written;
    }

    /// <summary>Forgets everything, for another datagram.</summary>
    public void Clear()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = [];
        _bytesUsed = 0;
        _extents.Clear();
        Older = null;
        Younger = null;
    }

    private void Store(ReadOnlySpan<byte> captured)
    {
        if (_bytes.Length - _bytesUsed < captured.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytesUsed + captured.Length, _bytes.Length * 2));
            _bytes.AsSpan(0, _bytesUsed).CopyTo(larger);
            if (_bytes.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }

            _bytes = larger;
        }

        captured.CopyTo(_bytes.AsSpan(_bytesUsed));
        _bytesUsed += captured.Length;
    }

    private readonly record struct Extent(int Offset, int Length, int Start, int Captured);
}
