using Skydive.PowerShell;

namespace Skydive;

/// <summary>A packet of a flow as it was captured.</summary>
public sealed class Packet
{
    internal Packet(string flowUuid, Contracts.Flows.RawPacket packet)
    {
        FlowUUID = flowUuid;
        Index = packet.Index;
        Time = Plain.Time(packet.Timestamp);
        LinkType = packet.LinkType;
        Data = packet.Data;
    }

    /// <summary>Identity of its flow.</summary>
    public string FlowUUID { get; }

    /// <summary>Its place among the packets of its flow that were kept, from 1.</summary>
    public long Index { get; }

    /// <summary>When it was captured.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>How many of its bytes were kept.</summary>
    public int Length => Data.Length;

    /// <summary>What its first bytes are, as a LINKTYPE number of pcap files: 1 for Ethernet, 228 for IPv4, 229 for IPv6.</summary>
    public int LinkType { get; }

    /// <summary>Its bytes.</summary>
    public byte[] Data { get; }

    /// <summary>Its first bytes in hexadecimal.</summary>
    public override string ToString() => ViewText.Hex(Data, 16);
}
