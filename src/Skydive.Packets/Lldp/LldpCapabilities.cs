namespace Skydive.Packets.Lldp;

/// <summary>What a system is able to do. Source: IEEE 802.1AB-2016, table 8-4.</summary>
[Flags]
public enum LldpCapabilities : ushort
{
    /// <summary>Nothing that is named here.</summary>
    None = 0,

    /// <summary>Something else.</summary>
    Other = 1 << 0,

    /// <summary>Repeats frames.</summary>
    Repeater = 1 << 1,

    /// <summary>Bridges.</summary>
    Bridge = 1 << 2,

    /// <summary>A wireless access point.</summary>
    WlanAccessPoint = 1 << 3,

    /// <summary>Routes.</summary>
    Router = 1 << 4,

    /// <summary>A telephone.</summary>
    Telephone = 1 << 5,

    /// <summary>A cable device (DOCSIS).</summary>
    DocsisCableDevice = 1 << 6,

    /// <summary>A station and nothing else.</summary>
    StationOnly = 1 << 7,

    /// <summary>A customer VLAN component of a bridge.</summary>
    CustomerVlanBridge = 1 << 8,

    /// <summary>A service VLAN component of a bridge.</summary>
    ServiceVlanBridge = 1 << 9,

    /// <summary>A two-port MAC relay.</summary>
    TwoPortMacRelay = 1 << 10,
}
