namespace Skydive;

/// <summary>What a pair of a ping mesh measured in a span of time.</summary>
public sealed class PingSample
{
    internal PingSample(Contracts.PingMeshes.PingSample sample, Contracts.PingMeshes.PingPair? pair)
    {
        Start = Plain.Time(sample.Start);
        Last = Plain.Time(sample.Last);
        PairId = sample.PairID;
        Source = pair?.Src ?? string.Empty;
        SourceIP = pair?.SrcIP ?? string.Empty;
        Destination = pair?.Dst ?? string.Empty;
        DestinationIP = pair?.DstIP ?? string.Empty;
        Statistics = new(sample.Statistics);
    }

    /// <summary>When the span began.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset Last { get; }

    /// <summary>Identifier of the pair.</summary>
    public string PairId { get; }

    /// <summary>Name of the interface that asked.</summary>
    public string Source { get; }

    /// <summary>Its address.</summary>
    public string SourceIP { get; }

    /// <summary>Name of the interface that was asked.</summary>
    public string Destination { get; }

    /// <summary>Its address.</summary>
    public string DestinationIP { get; }

    /// <summary>What was sent, received and found lost.</summary>
    public PingStatistics Statistics { get; }
}
