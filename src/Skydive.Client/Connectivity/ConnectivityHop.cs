using Skydive.Contracts.Topology;

namespace Skydive.Client.Connectivity;

/// <summary>A point on the way from source to destination, and what passed it.</summary>
public sealed record ConnectivityHop
{
    /// <summary>The node.</summary>
    public required Node Node { get; init; }

    /// <summary>Whether packets could be seen here: a switch whose packets no capture sees counts nothing.</summary>
    public bool IsCaptured { get; init; }

    /// <summary>Packets towards the destination.</summary>
    public long Packets { get; init; }

    /// <summary>Packets back to the source.</summary>
    public long Replies { get; init; }

    /// <summary>Packets towards the destination that the captured point before saw and this one did not.</summary>
    public long Lost { get; init; }

    /// <summary>Replies that this point saw and the captured point before did not.</summary>
    public long RepliesLost { get; init; }

    /// <summary>What of the round trip falls between the point before and this one, both ways together; null when it is not known.</summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>The round trip from here to the destination and back; null when it is not known.</summary>
    public TimeSpan? RoundTrip { get; init; }
}
