namespace Skydive;

/// <summary>What flows of one group have in common.</summary>
public enum FlowGrouping
{
    /// <summary>Nothing: one group for all.</summary>
    None,

    /// <summary>The application.</summary>
    Application,

    /// <summary>The highest protocol that has ends: TCP, UDP …</summary>
    Protocol,

    /// <summary>Both addresses, whichever sent first.</summary>
    Pair,

    /// <summary>The address that sent the first packet.</summary>
    Source,

    /// <summary>The other address.</summary>
    Destination,

    /// <summary>The node where they were captured.</summary>
    Node,

    /// <summary>The capture.</summary>
    Capture,

    /// <summary>The layers, such as Ethernet/IPv4/TCP.</summary>
    LayersPath,
}
