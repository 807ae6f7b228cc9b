namespace Skydive.Contracts.Captures;

/// <summary>The values of a capture's <c>TargetType</c>. Several may be given, separated by commas.</summary>
public static class TargetTypes
{
    /// <summary>The flow table of the agent: what a capture without a target has.</summary>
    public const string Local = "local";

    /// <summary>NetFlow version 5 over UDP.</summary>
    public const string NetFlowV5 = "netflowv5";

    /// <summary>IPFIX (RFC 7011) over UDP; an addition to Skydive's types.</summary>
    public const string Ipfix = "ipfix";

    /// <summary>Whole packets in GRE with an ERSPAN type II header.</summary>
    public const string Erspan = "erspanv1";

    /// <summary>sFlow version 5 over UDP: samples of packets, and counters of the interface; an addition to Skydive's types.</summary>
    public const string SFlow = "sflow";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Local, NetFlowV5, Ipfix, Erspan, SFlow];
}
