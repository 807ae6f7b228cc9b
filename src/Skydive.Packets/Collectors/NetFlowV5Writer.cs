using System.Buffers.Binary;

namespace Skydive.Packets.Collectors;

/// <summary>Writes NetFlow version 5 datagrams, each of up to 30 records. One buffer is allocated per writer. Not for use by several threads at once.</summary>
/// <remarks>Source: Cisco's "NetFlow Services Solutions Guide".</remarks>
public sealed class NetFlowV5Writer : INetFlowWriter
{
    private const int HeaderLength = 24;
    private const int RecordLength = 48;
    private const int MaximumRecords = 30;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // A quarter of what the 32 bits of an uptime in milliseconds hold.
    private const long LargestUptime = (1L << 30) * NanosecondsPerMillisecond;

    private readonly byte[] _buffer = new byte[HeaderLength + (MaximumRecords * RecordLength)];
    private readonly long[] _starts = new long[MaximumRecords];
    private readonly long[] _ends = new long[MaximumRecords];
    private readonly ushort _engine;
    private readonly ushort _interfaceIndex;
    private long _bootNanoseconds = long.MaxValue;
    private uint _sequence;
    private int _count;

    /// <summary>Makes a writer.</summary>
    /// <param name="engine">Type and number of the engine: tells writers at one address apart.</param>
    /// <param name="interfaceIndex">The interface that saw the packets; 0 when there is none.</param>
    public NetFlowV5Writer(ushort engine, int interfaceIndex)
    {
        _engine = engine;
        _interfaceIndex = (ushort)Math.Clamp(interfaceIndex, 0, ushort.MaxValue);
    }

    /// <inheritdoc/>
    public bool HasRecords => _count > 0;

    /// <summary>Whether the record is of IPv4: the protocol knows nothing else.</summary>
    /// <param name="record">The record.</param>
    public bool CanHold(in NetFlowRecord record) => record.Network == LayerType.IPv4;

    /// <inheritdoc/>
    public bool TryAdd(in NetFlowRecord record)
    {
        if (_count == MaximumRecords)
        {
            return false;
        }

        var target = _buffer.AsSpan(HeaderLength + (_count * RecordLength), RecordLength);
        target.Clear();
        bool isIcmp = record.Protocol is IpProtocol.Icmp;
        BinaryPrimitives.WriteUInt32BigEndian(target, (uint)record.SourceLow);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], (uint)record.DestinationLow);
        BinaryPrimitives.WriteUInt16BigEndian(target[12..], _interfaceIndex);
        BinaryPrimitives.WriteUInt32BigEndian(target[16..], (uint)Math.Min(record.Packets, uint.MaxValue));
        BinaryPrimitives.WriteUInt32BigEndian(target[20..], (uint)Math.Min(record.Bytes, uint.MaxValue));
        BinaryPrimitives.WriteUInt16BigEndian(target[32..], record.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(target[34..], isIcmp ? (ushort)((record.IcmpType << 8) | record.IcmpCode) : record.DestinationPort);
        target[37] = (byte)record.TcpFlags;
        target[38] = record.Protocol;
        _starts[_count] = record.StartNanoseconds;
        _ends[_count] = record.LastNanoseconds;
        _count++;
        return true;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Finish(long nowNanoseconds)
    {
        // Times are written as uptimes, which have no sign: the time that counts as the begin lies before the first of them.
        long earliest = nowNanoseconds;
        foreach (long start in _starts.AsSpan(0, _count))
        {
            earliest = Math.Min(earliest, start);
        }

        if (_bootNanoseconds > earliest || nowNanoseconds - _bootNanoseconds > LargestUptime)
        {
            _bootNanoseconds = (earliest / NanosecondsPerMillisecond * NanosecondsPerMillisecond) - NanosecondsPerSecond;
        }

        for (int i = 0; i < _count; i++)
        {
            var record = _buffer.AsSpan(HeaderLength + (i * RecordLength));
            BinaryPrimitives.WriteUInt32BigEndian(record[24..], Uptime(_starts[i]));
            BinaryPrimitives.WriteUInt32BigEndian(record[28..], Uptime(_ends[i]));
        }

        // The uptime has milliseconds; so must the time that belongs to it.
        long now = nowNanoseconds / NanosecondsPerMillisecond * NanosecondsPerMillisecond;
        var header = _buffer.AsSpan();
        BinaryPrimitives.WriteUInt16BigEndian(header, 5);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)_count);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Uptime(now));
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], (uint)(now / NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32BigEndian(header[12..], (uint)(now % NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32BigEndian(header[16..], _sequence);
        BinaryPrimitives.WriteUInt16BigEndian(header[20..], _engine);
        BinaryPrimitives.WriteUInt16BigEndian(header[22..], 0);
        var datagram = _buffer.AsSpan(0, HeaderLength + (_count * RecordLength));
        _sequence += (uint)_count;
        _count = 0;
        return datagram;
    }

    private uint Uptime(long nanoseconds) => (uint)((nanoseconds - _bootNanoseconds) / NanosecondsPerMillisecond);
}
