using System.Runtime.InteropServices;

namespace Skydive.Flows.Table.Extras;

/// <summary>Room for the segments that wait in all the streams of a table, bounded. Segments have numbers from 1. Not for several threads.</summary>
internal sealed unsafe class SegmentPool : IDisposable
{
    private const int InitialLength = 256;
    private readonly int _maxLength;
    private WaitingSegment* _segments;
    private int _length;
    private uint _used;
    private uint _free;

    public SegmentPool(int maxLength) => _maxLength = maxLength;

    ~SegmentPool() => NativeMemory.Free(_segments);

    /// <summary>Native memory in use, in bytes.</summary>
    public long SizeBytes => (long)_length * sizeof(WaitingSegment);

    /// <summary>A segment.</summary>
    public WaitingSegment* this[uint number] => _segments + (number - 1);

    /// <summary>Takes a free segment. Pointers to others are not valid any more.</summary>
    /// <returns>Its number; 0 when there is none.</returns>
    public uint Take()
    {
        if (_free != 0)
        {
            uint number = _free;
            _free = this[number]->Next;
            return number;
        }

        if (_used == _length)
        {
            int length = Math.Min(_maxLength, Math.Max(InitialLength, _length * 2));
            if (length == _length)
            {
                return 0;
            }

            _segments = (WaitingSegment*)NativeMemory.Realloc(_segments, (nuint)length * (nuint)sizeof(WaitingSegment));
            _length = length;
        }

        return ++_used;
    }

    /// <summary>Gives a segment back.</summary>
    public void Return(uint number)
    {
        this[number]->Next = _free;
        _free = number;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_segments);
        _segments = null;
        _length = 0;
        _used = 0;
        _free = 0;
        GC.SuppressFinalize(this);
    }
}
