using Skydive.Contracts.Flows;

namespace Skydive.Analyzer.Flows;

/// <summary>What the topology knows of the two ends of a flow; null what it does not.</summary>
internal readonly record struct FlowEnds(string? ANodeTID, string? BNodeTID, FlowSocket? SocketA, FlowSocket? SocketB)
{
    /// <summary>Whether nothing more can be found out of a flow.</summary>
    public bool IsComplete(bool hasSockets) =>
        ANodeTID is not null && BNodeTID is not null && (!hasSockets || (SocketA is not null && SocketB is not null));

    /// <summary>A flow with this.</summary>
    public Flow AddTo(Flow flow) => this == default
        ? flow
        : flow with { ANodeTID = ANodeTID, BNodeTID = BNodeTID, SocketA = SocketA, SocketB = SocketB };

    /// <summary>This, with what is missing taken from another.</summary>
    public FlowEnds Or(in FlowEnds other) =>
        new(ANodeTID ?? other.ANodeTID, BNodeTID ?? other.BNodeTID, SocketA ?? other.SocketA, SocketB ?? other.SocketB);
}
