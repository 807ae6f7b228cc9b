namespace Skydive.Packets.Collectors;

/// <summary>What is known of one part of an exporter.</summary>
internal sealed class NetFlowDomainState
{
    /// <summary>Its templates by number.</summary>
    public Dictionary<ushort, NetFlowTemplate> Templates { get; } = [];

    /// <summary>Sets of records whose template has not come yet, those that came first before others.</summary>
    public Queue<NetFlowWaitingSet> Waiting { get; } = new();

    /// <summary>When it was last heard of, in datagrams.</summary>
    public long LastUsed { get; set; }

    /// <summary>One of so many packets is looked at, as its options said; 0 when they did not.</summary>
    public uint SamplingRate { get; set; }

    /// <summary>When it began to count its uptime: milliseconds since 1970-01-01 UTC; 0 when it did not say.</summary>
    public long SystemInitMilliseconds { get; set; }

    /// <summary>The sequence number that its next datagram should have; null before the first.</summary>
    public uint? NextSequence { get; set; }
}
