namespace Skydive;

/// <summary>What became of an injection at one of the nodes that send.</summary>
public sealed class InjectionSource
{
    internal InjectionSource(Contracts.Injections.InjectionSource source)
    {
        Name = source.Name;
        TID = source.TID;
        Host = source.Host;
        SourceIP = source.SrcIP.Length > 0 ? source.SrcIP : null;
        DestinationIP = source.DstIP.Length > 0 ? source.DstIP : null;
        DestinationMac = source.DstMAC.Length > 0 ? source.DstMAC : null;
        State = Enum.TryParse(source.State, ignoreCase: true, out InjectionState state) ? state : InjectionState.Active;
        PacketCount = source.PacketCount;
        Error = source.Error;
    }

    /// <summary>Name of the node.</summary>
    public string Name { get; }

    /// <summary>Topology identifier of the node.</summary>
    public string TID { get; }

    /// <summary>Host of the node.</summary>
    public string Host { get; }

    /// <summary>The address that it sends from; null for packets of a pcap file.</summary>
    public string? SourceIP { get; }

    /// <summary>The address that it sends to; null for packets of a pcap file.</summary>
    public string? DestinationIP { get; }

    /// <summary>The MAC address that it sends to; null where frames have none.</summary>
    public string? DestinationMac { get; }

    /// <summary>How it does there.</summary>
    public InjectionState State { get; }

    /// <summary>How many packets were sent.</summary>
    public long PacketCount { get; }

    /// <summary>Why no more were sent; null when nothing went wrong.</summary>
    public string? Error { get; }

    /// <summary>The name with the number of packets.</summary>
    public override string ToString() => Error is null ? $"{Name}: {PacketCount}" : $"{Name}: {Error}";
}
