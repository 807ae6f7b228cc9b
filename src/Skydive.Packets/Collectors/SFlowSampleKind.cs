namespace Skydive.Packets.Collectors;

/// <summary>What a sample of an sFlow datagram tells of.</summary>
public enum SFlowSampleKind
{
    /// <summary>Something that is not known here.</summary>
    Other,

    /// <summary>A packet.</summary>
    Flow,

    /// <summary>Counters of an interface or another source.</summary>
    Counters,
}
