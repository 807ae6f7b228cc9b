namespace Skydive.Flows.Encoding;

/// <summary>The optional parts of a flow. The numbers are part of the format.</summary>
[Flags]
public enum FlowParts : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Link.</summary>
    Link = 1,

    /// <summary>Network.</summary>
    Network = 2,

    /// <summary>Transport.</summary>
    Transport = 4,

    /// <summary>ICMP.</summary>
    Icmp = 8,

    /// <summary>Metric.</summary>
    Metric = 16,

    /// <summary>LastUpdateMetric.</summary>
    LastUpdateMetric = 32,

    /// <summary>TCPMetric.</summary>
    TcpMetric = 64,

    /// <summary>All of them.</summary>
    All = Link | Network | Transport | Icmp | Metric | LastUpdateMetric | TcpMetric,
}
