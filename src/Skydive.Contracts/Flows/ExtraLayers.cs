namespace Skydive.Contracts.Flows;

/// <summary>The layers above the transport layer whose fields a flow can carry when asked. The numbers are those of a capture's ExtraLayers.</summary>
[Flags]
public enum ExtraLayers
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>VRRP version 2: <see cref="Flow.VRRPv2"/>.</summary>
    VRRP = 1,

    /// <summary>DNS: <see cref="Flow.DNS"/>.</summary>
    DNS = 2,

    /// <summary>DHCP for IPv4: <see cref="Flow.DHCPv4"/>.</summary>
    DHCPv4 = 4,

    /// <summary>All of them.</summary>
    All = VRRP | DNS | DHCPv4,
}
