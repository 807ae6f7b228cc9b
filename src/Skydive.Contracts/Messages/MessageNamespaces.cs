namespace Skydive.Contracts.Messages;

/// <summary>Namespaces of WebSocket messages.</summary>
public static class MessageNamespaces
{
    /// <summary>Changes of the graph.</summary>
    public const string Graph = "Graph";

    /// <summary>Questions for flows, from analyzer to agent.</summary>
    public const string Flow = "Flow";

    /// <summary>Orders to start and stop captures, from analyzer to agent.</summary>
    public const string OnDemandCapture = "OnDemandCapture";

    /// <summary>Orders to start and stop sending packets, from analyzer to agent.</summary>
    public const string OnDemandPacketInjection = "OnDemandPacketInjection";

    /// <summary>Orders to measure pairs of interfaces, and what was measured, from analyzer to agent.</summary>
    public const string OnDemandPingMesh = "OnDemandPingMesh";

    /// <summary>Captures that come, go, or reach another node, from analyzer to subscribers.</summary>
    public const string OnDemandCaptureNotification = "OnDemandCaptureNotification";

    /// <summary>Injections that come, go, or are taken by a node, from analyzer to subscribers.</summary>
    public const string OnDemandPacketInjectionNotification = "OnDemandPacketInjectionNotification";

    /// <summary>Every namespace.</summary>
    public const string All = "*";

    /// <summary>Flows as they come, from analyzer to subscribers.</summary>
    public const string FlowStream = "flow";

    /// <summary>Before the identifier of a capture: its flows as they come.</summary>
    public const string FlowOfCapture = "flow/";

    /// <summary>What became of the packets of captures, from analyzer to subscribers.</summary>
    public const string Stats = "stats";
}
