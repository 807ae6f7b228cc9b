using System.Runtime.InteropServices;

namespace Skydive.Linux.Packets;

/// <summary>
/// A block of packets in the ring. Enumerate it, then dispose it: that gives it back to the kernel, and its packets are gone.
/// </summary>
/// <remarks>
/// Reads nothing outside the block whatever the memory says: an offset or length that does not add up ends the enumeration, and counts in
/// <see cref="PacketRing.MalformedBlocks"/>. Allocates nothing. Source: <c>struct tpacket_block_desc</c> and
/// <c>struct tpacket3_hdr</c> of <c>linux/if_packet.h</c>.
/// </remarks>
public ref struct PacketBlock
{
    private const int BlockHeaderSize = 48; // struct tpacket_block_desc
    private const int PacketCountOffset = 12;
    private const int FirstPacketOffset = 16;
    private const int BlockLengthOffset = 20;
    private const int FrameHeaderSize = 48; // struct tpacket3_hdr
    private const int AddressTypeOffset = 58; // sll_pkttype of the struct sockaddr_ll that follows it
    private const int FrameHeadersSize = 68; // both
    private const uint TagProtocolValid = 0x40; // TP_STATUS_VLAN_TPID_VALID
    private const ushort DefaultTagProtocol = 0x8100;

    private readonly PacketRing? _ring;
    private readonly long _ticket;
    private readonly ReadOnlySpan<byte> _memory;
    private int _next;
    private int _left;

    /// <summary>Reads a block's header.</summary>
    /// <param name="ring">The ring to give it back to; null for a block in plain memory.</param>
    /// <param name="ticket">The number under which the ring handed it out.</param>
    /// <param name="memory">The block.</param>
    internal PacketBlock(PacketRing? ring, long ticket, ReadOnlySpan<byte> memory)
    {
        _ring = ring;
        _ticket = ticket;
        if (memory.Length < BlockHeaderSize)
        {
            Stop();
            return;
        }

        // Each number is read once and checked as read: the memory is shared.
        uint count = MemoryMarshal.Read<uint>(memory[PacketCountOffset..]);
        uint first = MemoryMarshal.Read<uint>(memory[FirstPacketOffset..]);

        // The kernel's own figure of how much of the block it filled; what lies behind is of an earlier round.
        uint used = MemoryMarshal.Read<uint>(memory[BlockLengthOffset..]);
        if (used < BlockHeaderSize || used > (uint)memory.Length)
        {
            Stop();
            return;
        }

        _memory = memory[..(int)used];
        if (count == 0)
        {
            // A block that was closed because time ran out before a packet came.
            return;
        }

        if (first < BlockHeaderSize || first > used || count > (used - BlockHeaderSize) / FrameHeaderSize)
        {
            Stop();
            return;
        }

        PacketCount = (int)count;
        _left = (int)count;
        _next = (int)first;
    }

    /// <summary>How many packets the kernel says are in it; 0 when that cannot be.</summary>
    public int PacketCount { get; }

    /// <summary>Whether an offset or length did not add up, so far.</summary>
    public bool IsMalformed { readonly get; private set; }

    /// <summary>The current packet.</summary>
    public PacketFrame Current { readonly get; private set; }

    /// <summary>Enumerates the packets not yet read, on a copy: the block itself is still to be disposed.</summary>
    /// <returns>An enumerator.</returns>
    public readonly Enumerator GetEnumerator() => new(this);

    /// <summary>Moves to the next packet.</summary>
    /// <returns>False when there is none.</returns>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        _left--;
        ReadOnlySpan<byte> rest = _memory[_next..];
        if (rest.Length < FrameHeadersSize)
        {
            return Stop();
        }

        uint step = MemoryMarshal.Read<uint>(rest);
        uint captured = MemoryMarshal.Read<uint>(rest[12..]);
        uint start = MemoryMarshal.Read<ushort>(rest[24..]);
        if (start < FrameHeadersSize || start > (uint)rest.Length || captured > (uint)rest.Length - start)
        {
            return Stop();
        }

        if (_left > 0)
        {
            if (step < FrameHeadersSize || step > (uint)rest.Length)
            {
                return Stop();
            }

            _next += (int)step;
        }

        uint status = MemoryMarshal.Read<uint>(rest[20..]);
        Current = new PacketFrame(
            rest.Slice((int)start, (int)captured),
            (int)Math.Min(MemoryMarshal.Read<uint>(rest[16..]), int.MaxValue),
            (MemoryMarshal.Read<uint>(rest[4..]) * 1_000_000_000L) + MemoryMarshal.Read<uint>(rest[8..]),
            status,
            (ushort)MemoryMarshal.Read<uint>(rest[32..]),
            (status & TagProtocolValid) != 0 ? MemoryMarshal.Read<ushort>(rest[36..]) : DefaultTagProtocol,
            (PacketType)rest[AddressTypeOffset]);
        return true;
    }

    /// <summary>Gives the block back to the kernel. Doing so twice, from copies too, does nothing.</summary>
    public void Dispose()
    {
        _left = 0;
        Current = default;
        _ring?.ReturnBlock(_ticket);
    }

    private bool Stop()
    {
        IsMalformed = true;
        _ring?.CountMalformedBlock();
        _left = 0;
        Current = default;
        return false;
    }

    /// <summary>Enumerates a block's packets.</summary>
    public ref struct Enumerator
    {
        private PacketBlock _block;

        internal Enumerator(PacketBlock block) => _block = block;

        /// <summary>The current packet.</summary>
        public readonly PacketFrame Current => _block.Current;

        /// <summary>Moves to the next packet.</summary>
        /// <returns>False when there is none.</returns>
        public bool MoveNext() => _block.MoveNext();
    }
}
