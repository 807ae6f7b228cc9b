using Skydive.Contracts.Topology;

namespace Skydive.Client.Connectivity;

/// <summary>Whether packets reach their destination, and where they stop when they do not.</summary>
public sealed record ConnectivityReport
{
    /// <summary>Who sent.</summary>
    public required Node Source { get; init; }

    /// <summary>Who they were for.</summary>
    public required Node Destination { get; init; }

    /// <summary>What was sent.</summary>
    public required string Type { get; init; }

    /// <summary>Addresses that packets had; empty when nothing was sent.</summary>
    public string SourceIP { get; init; } = string.Empty;

    /// <summary>Addresses that packets had; empty when nothing was sent.</summary>
    public string DestinationIP { get; init; } = string.Empty;

    /// <summary>
    /// Whether it works: every packet of UDP arrived, or every packet of another type was answered, since kernels answer echo requests and SYNs.
    /// </summary>
    public bool IsConnected { get; init; }

    /// <summary>Whether every packet arrived.</summary>
    public bool IsReached { get; init; }

    /// <summary>How many packets were sent.</summary>
    public long Sent { get; init; }

    /// <summary>How many the destination saw.</summary>
    public long Arrived { get; init; }

    /// <summary>How many replies the source saw.</summary>
    public long Answered { get; init; }

    /// <summary>The round trip from the source; null when no reply came.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>The last point that saw the packets that did not arrive, or the replies; null when none is missing.</summary>
    public Node? StoppedAfter { get; init; }

    /// <summary>The first point that did not see them; null when none is missing.</summary>
    public Node? StoppedBefore { get; init; }

    /// <summary>What is the matter, for people.</summary>
    public required string Message { get; init; }

    /// <summary>The points from source to destination.</summary>
    public IReadOnlyList<ConnectivityHop> Hops { get; init; } = [];
}
