namespace Skydive.Packets.Lldp;

/// <summary>What a chassis is identified by. Source: IEEE 802.1AB-2016, table 8-2.</summary>
public enum LldpChassisIdType : byte
{
    /// <summary>entPhysicalAlias of a chassis (RFC 6933).</summary>
    ChassisComponent = 1,

    /// <summary>ifAlias (RFC 2863).</summary>
    InterfaceAlias = 2,

    /// <summary>entPhysicalAlias of a port or backplane.</summary>
    PortComponent = 3,

    /// <summary>A MAC address.</summary>
    MacAddress = 4,

    /// <summary>An address family (IANA), then an address of it.</summary>
    NetworkAddress = 5,

    /// <summary>ifName (RFC 2863).</summary>
    InterfaceName = 6,

    /// <summary>Anything that the sender chose.</summary>
    Local = 7,
}
