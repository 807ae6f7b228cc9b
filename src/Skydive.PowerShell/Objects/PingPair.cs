namespace Skydive;

/// <summary>One interface of a ping mesh that asks another, and how the other answers.</summary>
public sealed class PingPair
{
    internal PingPair(string meshId, Contracts.PingMeshes.PingPair pair)
    {
        MeshId = meshId;
        PairId = pair.ID;
        Source = pair.Src;
        SourceTID = pair.SrcTID;
        SourceHost = pair.SrcHost;
        SourceIP = Text(pair.SrcIP);
        Destination = pair.Dst;
        DestinationTID = pair.DstTID;
        DestinationHost = pair.DstHost;
        DestinationIP = Text(pair.DstIP);
        State = Enum.TryParse(pair.State, ignoreCase: true, out PingPairState state) ? state : PingPairState.Pending;
        LastChange = pair.LastChange > 0 ? Plain.Time(pair.LastChange) : null;
        Error = pair.Error;
        Statistics = new(pair.Statistics);
    }

    /// <summary>Identifier of the mesh.</summary>
    public string MeshId { get; }

    /// <summary>Identifier of the pair.</summary>
    public string PairId { get; }

    /// <summary>Name of the interface that asks.</summary>
    public string Source { get; }

    /// <summary>Its topology identifier.</summary>
    public string SourceTID { get; }

    /// <summary>Its host.</summary>
    public string SourceHost { get; }

    /// <summary>Its address; null when there is none that suits.</summary>
    public string? SourceIP { get; }

    /// <summary>Name of the interface that is asked.</summary>
    public string Destination { get; }

    /// <summary>Its topology identifier.</summary>
    public string DestinationTID { get; }

    /// <summary>Its host.</summary>
    public string DestinationHost { get; }

    /// <summary>Its address; null when there is none that suits.</summary>
    public string? DestinationIP { get; }

    /// <summary>How it does.</summary>
    public PingPairState State { get; }

    /// <summary>When it came into this state; null when it never was in another, or the past was asked for.</summary>
    public DateTimeOffset? LastChange { get; }

    /// <summary>Why nothing is sent; null when nothing is wrong.</summary>
    public string? Error { get; }

    /// <summary>What was measured.</summary>
    public PingStatistics Statistics { get; }

    /// <summary>Source and destination.</summary>
    public override string ToString() => $"{Source} -> {Destination}";

    private static string? Text(string text) => text.Length > 0 ? text : null;
}
