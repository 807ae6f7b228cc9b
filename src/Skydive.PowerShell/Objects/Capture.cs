using Skydive.Contracts.Flows;

namespace Skydive;

/// <summary>A standing order to collect flows on the nodes that a Gremlin expression selects.</summary>
public sealed class Capture
{
    internal Capture(Contracts.Captures.Capture capture)
    {
        Id = capture.UUID;
        Name = capture.Name;
        Description = capture.Description;
        GremlinQuery = capture.GremlinQuery;
        BPFFilter = capture.BPFFilter;
        Type = capture.Type;
        Count = capture.Count;
        LayerKeyMode = capture.LayerKeyMode;
        HeaderSize = capture.HeaderSize;
        RawPacketLimit = capture.RawPacketLimit;
        ExtraTCPMetric = capture.ExtraTCPMetric;
    }

    /// <summary>Identifier.</summary>
    public string Id { get; }

    /// <summary>The name; null when there is none.</summary>
    public string? Name { get; }

    /// <summary>The description; null when there is none.</summary>
    public string? Description { get; }

    /// <summary>Active when packets are taken on one node at least, else Waiting.</summary>
    public CaptureState State => Count > 0 ? CaptureState.Active : CaptureState.Waiting;

    /// <summary>On how many nodes packets are taken.</summary>
    public int Count { get; }

    /// <summary>Selects the nodes.</summary>
    public string GremlinQuery { get; }

    /// <summary>Packet filter in libpcap's syntax; null for all packets.</summary>
    public string? BPFFilter { get; }

    /// <summary>How packets are taken; null for what suits the node.</summary>
    public string? Type { get; }

    /// <summary>What tells two flows apart.</summary>
    public LayerKeyMode LayerKeyMode { get; }

    /// <summary>How many bytes of each packet are looked at; 0 for the default.</summary>
    public int HeaderSize { get; }

    /// <summary>How many packets of each flow are kept; 0 for none.</summary>
    public int RawPacketLimit { get; }

    /// <summary>Whether TCP details are kept.</summary>
    public bool ExtraTCPMetric { get; }

    /// <summary>The name, or the identifier when there is none.</summary>
    public override string ToString() => string.IsNullOrEmpty(Name) ? Id : Name;
}
