namespace Skydive.Packets.Lldp;

/// <summary>What a port is identified by. Source: IEEE 802.1AB-2016, table 8-3.</summary>
public enum LldpPortIdType : byte
{
    /// <summary>ifAlias (RFC 2863).</summary>
    InterfaceAlias = 1,

    /// <summary>entPhysicalAlias of a port or backplane (RFC 6933).</summary>
    PortComponent = 2,

    /// <summary>A MAC address.</summary>
    MacAddress = 3,

    /// <summary>An address family (IANA), then an address of it.</summary>
    NetworkAddress = 4,

    /// <summary>ifName (RFC 2863).</summary>
    InterfaceName = 5,

    /// <summary>The circuit of a relay agent (RFC 3046).</summary>
    AgentCircuitId = 6,

    /// <summary>Anything that the sender chose.</summary>
    Local = 7,
}
