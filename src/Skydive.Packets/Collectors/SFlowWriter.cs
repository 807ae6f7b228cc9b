using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Skydive.Packets.Collectors;

/// <summary>
/// Writes sFlow version 5 datagrams: samples of packets and of interface counters, as many as fit, each with its sequence number. One buffer is
/// allocated per writer. Not for use by several threads at once.
/// </summary>
/// <remarks>Source: sFlow version 5 (sflow.org, July 2004), section 5.</remarks>
public sealed class SFlowWriter
{
    /// <summary>The largest datagram: what passes an Ethernet without fragments.</summary>
    public const int MaximumLength = 1400;

    /// <summary>The most bytes of a packet that a sample holds.</summary>
    public const int MaximumHeaderLength = 256;

    private const int CountOffset = 8;
    private const int FlowSampleLength = 32;
    private const int RawHeaderLength = 16;
    private const int RecordHeaderLength = 8;
    private const int CountersSampleLength = 12;
    private const int InterfaceCountersLength = 88;

    private readonly byte[] _buffer = new byte[MaximumLength];
    private readonly IPAddress _agent;
    private readonly uint _subAgent;
    private readonly int _headerLength;
    private readonly int _sequenceOffset;
    private uint _sequence;
    private uint _flowSequence;
    private uint _countersSequence;
    private uint _count;
    private int _length;

    /// <summary>Makes a writer.</summary>
    /// <param name="agent">The address by which the agent names itself.</param>
    /// <param name="subAgent">Tells writers of one agent apart.</param>
    public SFlowWriter(IPAddress agent, uint subAgent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        _agent = agent;
        _subAgent = subAgent;
        int addressLength = agent.AddressFamily == AddressFamily.InterNetwork ? 4 : 16;
        _sequenceOffset = 12 + addressLength;
        _headerLength = _sequenceOffset + 4 + CountOffset;
        _length = _headerLength;
    }

    /// <summary>Whether there is anything to send.</summary>
    public bool HasSamples => _count > 0;

    /// <summary>Adds a sample of a packet.</summary>
    /// <param name="packet">The packet; its begin is taken.</param>
    /// <param name="linkType">What it begins with: Ethernet, or IP of any kind.</param>
    /// <param name="originalLength">How long it was on the wire.</param>
    /// <param name="interfaceIndex">The interface that saw it.</param>
    /// <param name="samplingRate">One of so many is sampled.</param>
    /// <param name="samplePool">How many packets there were to choose from, so far.</param>
    /// <returns>False when the datagram is full: nothing was added.</returns>
    public bool TryAddPacket(ReadOnlySpan<byte> packet, LinkType linkType, int originalLength, uint interfaceIndex, uint samplingRate, uint samplePool)
    {
        var header = packet[..Math.Min(packet.Length, MaximumHeaderLength)];
        int padded = (header.Length + 3) & ~3;
        int recordLength = RawHeaderLength + padded;
        int sampleLength = FlowSampleLength + RecordHeaderLength + recordLength;
        if (_length + RecordHeaderLength + sampleLength > MaximumLength)
        {
            return false;
        }

        Append(1);
        Append((uint)sampleLength);
        Append(++_flowSequence);
        Append(interfaceIndex & 0xffffff);
        Append(samplingRate);
        Append(samplePool);
        Append(0);

        // Which way it went is not known: a capture sees packets of both.
        Append(interfaceIndex & 0x3fffffff);
        Append(0);
        Append(1);
        Append(1);
        Append((uint)recordLength);

        // An Ethernet frame counts with its check sequence, which is not among the bytes.
        uint checkSequence = linkType == LinkType.Ethernet ? 4u : 0;
        Append(linkType == LinkType.Ethernet ? 1u : packet.Length > 0 && packet[0] >> 4 == 6 ? 12u : 11u);
        Append((uint)originalLength + checkSequence);
        Append(checkSequence);
        Append((uint)header.Length);
        header.CopyTo(_buffer.AsSpan(_length));
        _buffer.AsSpan(_length + header.Length, padded - header.Length).Clear();
        _length += padded;
        _count++;
        return true;
    }

    /// <summary>Adds a sample of the counters of an interface, in the order of <see cref="SFlowCounters.Names"/> from IfInOctets to IfOutErrors.</summary>
    /// <param name="interfaceIndex">The interface.</param>
    /// <param name="speedBitsPerSecond">Its speed; 0 when it is not known.</param>
    /// <param name="isUp">Whether it is up.</param>
    /// <param name="counters">The 13 counters.</param>
    /// <returns>False when the datagram is full: nothing was added.</returns>
    public bool TryAddCounters(uint interfaceIndex, ulong speedBitsPerSecond, bool isUp, ReadOnlySpan<ulong> counters)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counters.Length, 13, nameof(counters));
        const int SampleLength = CountersSampleLength + RecordHeaderLength + InterfaceCountersLength;
        if (_length + RecordHeaderLength + SampleLength > MaximumLength)
        {
            return false;
        }

        Append(2);
        Append(SampleLength);
        Append(++_countersSequence);
        Append(interfaceIndex & 0xffffff);
        Append(1);
        Append(1);
        Append(InterfaceCountersLength);
        Append(interfaceIndex);

        // ethernetCsmacd, full duplex, administratively and operationally up.
        Append(6);
        AppendLong(speedBitsPerSecond);
        Append(1);
        Append(isUp ? 3u : 0);
        for (int i = 0; i < counters.Length; i++)
        {
            if (i is 0 or 7)
            {
                AppendLong(counters[i]);
            }
            else
            {
                Append((uint)counters[i]);
            }
        }

        Append(0);
        _count++;
        return true;
    }

    /// <summary>Ends the datagram; the next sample begins another.</summary>
    /// <param name="uptimeMilliseconds">How long the agent has been running.</param>
    /// <returns>The datagram; valid until the next sample is added.</returns>
    public ReadOnlySpan<byte> Finish(uint uptimeMilliseconds)
    {
        var header = _buffer.AsSpan();
        BinaryPrimitives.WriteUInt32BigEndian(header, 5);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], _agent.AddressFamily == AddressFamily.InterNetwork ? 1u : 2u);
        _agent.TryWriteBytes(header[8..], out int addressLength);
        BinaryPrimitives.WriteUInt32BigEndian(header[(8 + addressLength)..], _subAgent);
        BinaryPrimitives.WriteUInt32BigEndian(header[_sequenceOffset..], ++_sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header[(_sequenceOffset + 4)..], uptimeMilliseconds);
        BinaryPrimitives.WriteUInt32BigEndian(header[(_sequenceOffset + 8)..], _count);
        var datagram = _buffer.AsSpan(0, _length);
        _length = _headerLength;
        _count = 0;
        return datagram;
    }

    private void Append(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_length), value);
        _length += 4;
    }

    private void AppendLong(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }
}
