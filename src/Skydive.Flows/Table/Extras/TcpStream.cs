using System.Runtime.InteropServices;
using Skydive.Packets;

namespace Skydive.Flows.Table.Extras;

/// <summary>
/// One direction of a TCP connection whose segments are put in order, by their sequence numbers alone (RFC 9293 section 3.4): what came in
/// order counts at once, what came early waits until the gap before it is filled or given up.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TcpStream
{
    // Bounds what sorting in a segment costs. A window of 64 KiB holds 45 segments.
    private const int MaxWaiting = 256;

    // The largest window there is (RFC 7323): what lies further ahead belongs to no connection.
    private const int MaxWindow = 1 << 30;

    // A SYN this little behind is one sent again, and no new connection.
    private const int MaxRetransmission = 1 << 16;

    public long OutOfOrder;
    public long Skipped;
    public long SkippedBytes;
    public long Packets;
    public long Bytes;
    public bool SawStart;
    public bool SawEnd;

    private bool _isOpen;
    private ushort _waitingCount;
    private uint _firstWaiting;
    private uint _lastWaiting;
    private uint _nextSequence;
    private long _newestNanoseconds;

    /// <summary>Takes a segment.</summary>
    /// <param name="sequence">The sequence number of its SYN, if it has one, or of its first byte.</param>
    /// <param name="length">How many bytes of payload it had on the wire.</param>
    /// <param name="flags">Its control bits.</param>
    /// <param name="seenNanoseconds">When it was captured.</param>
    /// <param name="pool">Where segments wait.</param>
    /// <returns>False when a gap had to be given up early for want of room.</returns>
    public bool Add(uint sequence, int length, TcpFlags flags, long seenNanoseconds, SegmentPool pool)
    {
        bool isSyn = (flags & TcpFlags.Syn) != 0;
        bool isEnd = (flags & (TcpFlags.Fin | TcpFlags.Rst)) != 0;
        if (isSyn)
        {
            sequence++;
        }

        int ahead = unchecked((int)(sequence - _nextSequence));
        if (!_isOpen)
        {
            // Nothing to follow in an acknowledgement, or in what comes after the end.
            if (!isSyn && (SawEnd || (length == 0 && !isEnd)))
            {
                return true;
            }

            Open(sequence, isSyn);
        }
        else if (isSyn && ahead is > 0 or < -MaxRetransmission)
        {
            // The same ports connect once more.
            Release(pool);
            Open(sequence, isSyn);
        }
        else if (ahead > 0)
        {
            return ahead > MaxWindow || Wait(new WaitingSegment { Sequence = sequence, Length = length, Flags = flags, SeenNanoseconds = seenNanoseconds }, pool);
        }

        Deliver(sequence, length, isEnd, seenNanoseconds);
        DeliverWaiting(pool);
        return true;
    }

    /// <summary>Gives up the gaps before segments that came before a time.</summary>
    public void Flush(long beforeNanoseconds, SegmentPool pool)
    {
        while (_firstWaiting != 0 && pool[_firstWaiting]->SeenNanoseconds < beforeNanoseconds)
        {
            Skip(pool);
        }
    }

    /// <summary>Gives the segments that wait back, uncounted.</summary>
    public void Release(SegmentPool pool)
    {
        while (_firstWaiting != 0)
        {
            RemoveFirst(pool);
        }
    }

    private void Open(uint sequence, bool isSyn)
    {
        _isOpen = true;
        _nextSequence = sequence;
        SawStart |= isSyn;
    }

    private void Deliver(uint sequence, int length, bool isEnd, long seenNanoseconds)
    {
        Packets++;

        // Without what came before already.
        int added = unchecked((int)(sequence + (uint)length - _nextSequence));
        if (added > 0)
        {
            Bytes += added;
            _nextSequence += (uint)added;
        }

        if (seenNanoseconds < _newestNanoseconds)
        {
            OutOfOrder++;
        }
        else
        {
            _newestNanoseconds = seenNanoseconds;
        }

        if (isEnd)
        {
            SawEnd = true;
            _isOpen = false;
        }
    }

    private void DeliverWaiting(SegmentPool pool)
    {
        while (_firstWaiting != 0 && _isOpen && unchecked((int)(pool[_firstWaiting]->Sequence - _nextSequence)) <= 0)
        {
            WaitingSegment segment = RemoveFirst(pool);
            Deliver(segment.Sequence, segment.Length, (segment.Flags & (TcpFlags.Fin | TcpFlags.Rst)) != 0, segment.SeenNanoseconds);
        }

        if (!_isOpen)
        {
            Release(pool);
        }
    }

    private bool Wait(WaitingSegment segment, SegmentPool pool)
    {
        bool hasRoom = _waitingCount < MaxWaiting;
        uint number = hasRoom ? pool.Take() : 0;
        if (number == 0)
        {
            // Room is made by giving up the gap before the first one that waits, or before this one, whichever comes first.
            if (_firstWaiting == 0 || unchecked((int)(segment.Sequence - pool[_firstWaiting]->Sequence)) <= 0)
            {
                SkipTo(segment.Sequence);
                Deliver(segment.Sequence, segment.Length, (segment.Flags & (TcpFlags.Fin | TcpFlags.Rst)) != 0, segment.SeenNanoseconds);
                DeliverWaiting(pool);
                return false;
            }

            Skip(pool);
            Add(segment.Sequence, segment.Length, segment.Flags & ~TcpFlags.Syn, segment.SeenNanoseconds, pool);
            return false;
        }

        // Most come in order behind the gap.
        uint previous = _lastWaiting;
        if (previous != 0 && unchecked((int)(segment.Sequence - pool[previous]->Sequence)) < 0)
        {
            previous = 0;
            for (uint next = _firstWaiting; next != 0 && unchecked((int)(segment.Sequence - pool[next]->Sequence)) >= 0; next = pool[next]->Next)
            {
                previous = next;
            }
        }

        segment.Next = previous == 0 ? _firstWaiting : pool[previous]->Next;
        *pool[number] = segment;
        if (previous == 0)
        {
            _firstWaiting = number;
        }
        else
        {
            pool[previous]->Next = number;
        }

        if (segment.Next == 0)
        {
            _lastWaiting = number;
        }

        _waitingCount++;
        return true;
    }

    private void Skip(SegmentPool pool)
    {
        SkipTo(pool[_firstWaiting]->Sequence);
        DeliverWaiting(pool);
    }

    private void SkipTo(uint sequence)
    {
        Skipped++;
        SkippedBytes += unchecked((int)(sequence - _nextSequence));
        _nextSequence = sequence;
    }

    private WaitingSegment RemoveFirst(SegmentPool pool)
    {
        uint number = _firstWaiting;
        WaitingSegment segment = *pool[number];
        _firstWaiting = segment.Next;
        _lastWaiting = segment.Next == 0 ? 0 : _lastWaiting;
        _waitingCount--;
        pool.Return(number);
        return segment;
    }
}
