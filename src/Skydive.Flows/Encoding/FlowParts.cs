namespace Skydive.Flows.Encoding;

/// <summary>The optional parts of a flow. The numbers are part of the format.</summary>
[Flags]
public enum FlowParts : ushort
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

    /// <summary>IPMetric; since version 2.</summary>
    IpMetric = 128,

    /// <summary>DNS; since version 2.</summary>
    Dns = 256,

    /// <summary>DHCPv4; since version 2.</summary>
    DhcpV4 = 512,

    /// <summary>VRRPv2; since version 2.</summary>
    VrrpV2 = 1024,

    /// <summary>ANodeTID; since version 3.</summary>
    ANode = 2048,

    /// <summary>BNodeTID; since version 3.</summary>
    BNode = 4096,

    /// <summary>SocketA; since version 3.</summary>
    SocketA = 8192,

    /// <summary>SocketB; since version 3.</summary>
    SocketB = 16384,

    /// <summary>Those that a block of version 1 may have.</summary>
    Version1 = Link | Network | Transport | Icmp | Metric | LastUpdateMetric | TcpMetric,

    /// <summary>Those that a block of version 2 may have.</summary>
    Version2 = Version1 | IpMetric | Dns | DhcpV4 | VrrpV2,

    /// <summary>All of them.</summary>
    All = Version2 | ANode | BNode | SocketA | SocketB,
}
