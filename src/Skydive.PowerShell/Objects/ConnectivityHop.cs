namespace Skydive;

/// <summary>A point on the way from source to destination, and what passed it.</summary>
public sealed class ConnectivityHop
{
    internal ConnectivityHop(Client.Connectivity.ConnectivityHop hop)
    {
        Name = hop.Node.Name;
        Type = hop.Node.Type;
        Host = hop.Node.Host;
        TID = hop.Node.TID;
        IsCaptured = hop.IsCaptured;
        Packets = hop.Packets;
        Replies = hop.Replies;
        Lost = hop.Lost;
        RepliesLost = hop.RepliesLost;
        Latency = hop.Latency;
        RoundTrip = hop.RoundTrip;
    }

    /// <summary>Name of the node.</summary>
    public string Name { get; }

    /// <summary>Type of the node.</summary>
    public string Type { get; }

    /// <summary>Host of the node.</summary>
    public string Host { get; }

    /// <summary>Topology identifier of the node.</summary>
    public string? TID { get; }

    /// <summary>Whether packets could be seen here.</summary>
    public bool IsCaptured { get; }

    /// <summary>Packets towards the destination.</summary>
    public long Packets { get; }

    /// <summary>Packets back to the source.</summary>
    public long Replies { get; }

    /// <summary>Packets that the point before saw and this one did not.</summary>
    public long Lost { get; }

    /// <summary>Replies that this point saw and the point before did not.</summary>
    public long RepliesLost { get; }

    /// <summary>What of the round trip falls between the point before and this one; null when it is not known.</summary>
    public TimeSpan? Latency { get; }

    /// <summary>The round trip from here to the destination and back; null when it is not known.</summary>
    public TimeSpan? RoundTrip { get; }

    /// <summary>The name with what passed.</summary>
    public override string ToString() => IsCaptured ? $"{Name}: {Packets}/{Replies}" : $"{Name}: not captured";
}
