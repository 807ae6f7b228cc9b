using Skydive.Client.Connectivity;

namespace Skydive;

/// <summary>Whether packets reach their destination, and where they stop when they do not.</summary>
public sealed class Connectivity
{
    internal Connectivity(ConnectivityReport report)
    {
        Source = report.Source.Name;
        Destination = report.Destination.Name;
        SourceTID = report.Source.TID;
        DestinationTID = report.Destination.TID;
        Type = report.Type;
        SourceIP = report.SourceIP.Length > 0 ? report.SourceIP : null;
        DestinationIP = report.DestinationIP.Length > 0 ? report.DestinationIP : null;
        IsConnected = report.IsConnected;
        IsReached = report.IsReached;
        Sent = report.Sent;
        Arrived = report.Arrived;
        Answered = report.Answered;
        RoundTrip = report.RoundTrip;
        StoppedAfter = report.StoppedAfter?.Name;
        StoppedBefore = report.StoppedBefore?.Name;
        Message = report.Message;
        Hops = [.. report.Hops.Select(static hop => new ConnectivityHop(hop))];
    }

    /// <summary>Name of the interface that sent.</summary>
    public string Source { get; }

    /// <summary>Name of the interface that packets were for.</summary>
    public string Destination { get; }

    /// <summary>Topology identifier of the source.</summary>
    public string? SourceTID { get; }

    /// <summary>Topology identifier of the destination.</summary>
    public string? DestinationTID { get; }

    /// <summary>What was sent: icmp4, icmp6, tcp4, tcp6, udp4 or udp6.</summary>
    public string Type { get; }

    /// <summary>The address that packets came from; null when nothing was sent.</summary>
    public string? SourceIP { get; }

    /// <summary>The address that packets were for; null when nothing was sent.</summary>
    public string? DestinationIP { get; }

    /// <summary>Whether every packet arrived and, but for UDP, was answered.</summary>
    public bool IsConnected { get; }

    /// <summary>Whether every packet arrived.</summary>
    public bool IsReached { get; }

    /// <summary>How many packets were sent.</summary>
    public long Sent { get; }

    /// <summary>How many the destination saw.</summary>
    public long Arrived { get; }

    /// <summary>How many replies the source saw.</summary>
    public long Answered { get; }

    /// <summary>The round trip; null when no reply came.</summary>
    public TimeSpan? RoundTrip { get; }

    /// <summary>The last point that saw what is missing; null when nothing is, or nobody saw it.</summary>
    public string? StoppedAfter { get; }

    /// <summary>The first point that did not see it; null when nothing is missing, or it is not known.</summary>
    public string? StoppedBefore { get; }

    /// <summary>What was found, in a sentence.</summary>
    public string Message { get; }

    /// <summary>The points from source to destination.</summary>
    public ConnectivityHop[] Hops { get; }

    /// <summary>The sentence.</summary>
    public override string ToString() => Message;
}
