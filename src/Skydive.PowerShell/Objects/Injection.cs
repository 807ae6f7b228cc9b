namespace Skydive;

/// <summary>Packets that are sent from interfaces, and how far they are.</summary>
public sealed class Injection
{
    internal Injection(Contracts.Injections.Injection injection)
    {
        Id = injection.UUID;
        Type = injection.Type;
        State = Enum.TryParse(injection.State, ignoreCase: true, out InjectionState state) ? state : InjectionState.Active;
        Count = injection.Count;
        Sources = [.. (injection.Sources ?? []).Select(static source => new InjectionSource(source))];
        PacketCount = injection.PacketCount ?? 0;
        Source = injection.Src;
        Destination = injection.Dst.Length > 0 ? injection.Dst : injection.DstIP;
        SourceIP = Text(injection.SrcIP);
        DestinationIP = Text(injection.DstIP);
        SourceMac = Text(injection.SrcMAC);
        DestinationMac = Text(injection.DstMAC);
        SourcePort = injection.SrcPort;
        DestinationPort = injection.DstPort;
        IcmpId = injection.ICMPID;
        Interval = TimeSpan.FromMilliseconds(injection.Interval);
        Mode = injection.Mode;
        Payload = Text(injection.Payload);
        IncrementPayload = injection.IncrementPayload;
        Ttl = injection.TTL;
        HasPcap = injection.Pcap is not null;
        StartTime = injection.StartTime.ToLocalTime().DateTime;
    }

    /// <summary>Identifier.</summary>
    public string Id { get; }

    /// <summary>What the packets are: icmp4, icmp6, tcp4, tcp6, udp4 or udp6.</summary>
    public string Type { get; }

    /// <summary>How it does, at the source that does worst.</summary>
    public InjectionState State { get; }

    /// <summary>How many packets each source sends; 0 for the whole pcap file.</summary>
    public long Count { get; }

    /// <summary>How many packets all sources together have sent.</summary>
    public long PacketCount { get; }

    /// <summary>Gremlin that selects the interfaces that send.</summary>
    public string Source { get; }

    /// <summary>Gremlin that selects the node that the packets are for, or its address.</summary>
    public string Destination { get; }

    /// <summary>What became of it at each source.</summary>
    public InjectionSource[] Sources { get; }

    /// <summary>The source address that was asked for; null for that of the source.</summary>
    public string? SourceIP { get; }

    /// <summary>The destination address that was asked for; null for that of the destination.</summary>
    public string? DestinationIP { get; }

    /// <summary>The source MAC address that was asked for; null for that of the source.</summary>
    public string? SourceMac { get; }

    /// <summary>The destination MAC address that was asked for; null for that of the next hop.</summary>
    public string? DestinationMac { get; }

    /// <summary>The source port that was asked for; 0 for one at random.</summary>
    public int SourcePort { get; }

    /// <summary>The destination port that was asked for; 0 for one at random.</summary>
    public int DestinationPort { get; }

    /// <summary>The ICMP identifier that was asked for; 0 for one at random.</summary>
    public int IcmpId { get; }

    /// <summary>The time between two packets; zero for as fast as the kernel takes them, or the times of the pcap file.</summary>
    public TimeSpan Interval { get; }

    /// <summary>unique or random.</summary>
    public string Mode { get; }

    /// <summary>What the packets carry; null for letters at random.</summary>
    public string? Payload { get; }

    /// <summary>By how many bytes the payload grows from packet to packet.</summary>
    public int IncrementPayload { get; }

    /// <summary>Time to live, or hop limit.</summary>
    public int Ttl { get; }

    /// <summary>Whether the packets come from a pcap file.</summary>
    public bool HasPcap { get; }

    /// <summary>When it was ordered.</summary>
    public DateTime StartTime { get; }

    /// <summary>The identifier.</summary>
    public override string ToString() => Id;

    private static string? Text(string text) => text.Length > 0 ? text : null;
}
