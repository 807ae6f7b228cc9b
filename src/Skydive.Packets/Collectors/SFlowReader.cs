using System.Net;

namespace Skydive.Packets.Collectors;

/// <summary>
/// Reads an sFlow version 5 datagram sample by sample, in place and without allocating. Samples and records of unknown formats are skipped.
/// </summary>
/// <remarks>
/// <para>A datagram with no samples of an agent 10.0.0.1: <c>00000005 00000001 0a000001 00000000 00000001 000003e8 00000000</c>.</para>
/// Source: sFlow version 5 (sflow.org, July 2004), section 5.
/// </remarks>
public ref struct SFlowReader
{
    private const uint Version = 5;
    private const uint AddressIPv4 = 1;
    private const uint AddressIPv6 = 2;
    private const uint FlowSample = 1;
    private const uint CountersSample = 2;
    private const uint FlowSampleExpanded = 3;
    private const uint CountersSampleExpanded = 4;

    private readonly ReadOnlySpan<byte> _agent;
    private XdrReader _reader;
    private uint _left;

    private SFlowReader(ReadOnlySpan<byte> agent, uint subAgent, uint sequence, uint samples, XdrReader reader)
    {
        _agent = agent;
        SubAgent = subAgent;
        Sequence = sequence;
        _left = samples;
        _reader = reader;
    }

    /// <summary>The number of the exporting process of the agent.</summary>
    public uint SubAgent { get; }

    /// <summary>The number of the datagram among those of the sub-agent.</summary>
    public uint Sequence { get; }

    /// <summary>Whether the datagram ended before its last sample, so far.</summary>
    public readonly bool IsMalformed => _reader.IsShort;

    /// <summary>The address by which the agent names itself.</summary>
    public readonly IPAddress Agent => _agent.IsEmpty ? IPAddress.None : new(_agent);

    /// <summary>Reads the header of a datagram.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="reader">Reads the samples.</param>
    /// <returns>False when it is no sFlow version 5 datagram.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> datagram, out SFlowReader reader)
    {
        var xdr = new XdrReader(datagram);
        uint version = xdr.ReadUInt32();
        var agent = xdr.Take(xdr.ReadUInt32() switch
        {
            AddressIPv4 => 4,
            AddressIPv6 => 16,
            _ => 0,
        });
        uint subAgent = xdr.ReadUInt32();
        uint sequence = xdr.ReadUInt32();
        xdr.ReadUInt32();
        uint samples = xdr.ReadUInt32();
        reader = new(agent, subAgent, sequence, samples, xdr);
        return version == Version && !xdr.IsShort;
    }

    /// <summary>Reads the next sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <returns>False when there is none.</returns>
    public bool TryReadSample(out SFlowSample sample)
    {
        sample = default;
        if (_left == 0)
        {
            return false;
        }

        _left--;
        uint format = _reader.ReadUInt32();
        var data = _reader.ReadOpaque();
        if (_reader.IsShort)
        {
            return false;
        }

        sample = Read(format, data);
        return true;
    }

    private static SFlowSample Read(uint format, ReadOnlySpan<byte> data)
    {
        var reader = new XdrReader(data);
        bool isExpanded = format is FlowSampleExpanded or CountersSampleExpanded;
        bool isFlow = format is FlowSample or FlowSampleExpanded;
        if (!isFlow && format is not (CountersSample or CountersSampleExpanded))
        {
            return new(SFlowSampleKind.Other, 0, 0, 0, 0, 0, 0, default);
        }

        uint sequence = reader.ReadUInt32();
        uint source = reader.ReadUInt32();

        // Packed, the class has the upper 8 bits and the index the rest.
        uint sourceClass = isExpanded ? source : source >> 24;
        uint sourceIndex = isExpanded ? reader.ReadUInt32() : source & 0xffffff;
        uint rate = 0;
        uint drops = 0;
        if (isFlow)
        {
            rate = reader.ReadUInt32();
            reader.ReadUInt32();
            drops = reader.ReadUInt32();

            // Where it came in and went out, each packed or as format and value.
            reader.Take(isExpanded ? 16 : 8);
        }

        uint count = reader.ReadUInt32();
        return reader.IsShort
            ? new(SFlowSampleKind.Other, sequence, sourceClass, sourceIndex, 0, 0, 0, default)
            : new(isFlow ? SFlowSampleKind.Flow : SFlowSampleKind.Counters, sequence, sourceClass, sourceIndex, rate, drops, count, reader.Rest);
    }
}
