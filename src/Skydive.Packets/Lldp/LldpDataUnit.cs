namespace Skydive.Packets.Lldp;

/// <summary>
/// What one LLDP data unit says of the port that sent it and the system behind it. Immutable; holds copies, nothing of the frame.
/// Source: IEEE 802.1AB-2016; IEEE 802.1Q-2018, annex D; IEEE 802.3-2018, clause 79.
/// </summary>
public sealed record LldpDataUnit
{
    /// <summary>What the chassis is identified by.</summary>
    public required LldpChassisIdType ChassisIdType { get; init; }

    /// <summary>The identifier of the chassis, as text.</summary>
    public required string ChassisId { get; init; }

    /// <summary>What the port is identified by.</summary>
    public required LldpPortIdType PortIdType { get; init; }

    /// <summary>The identifier of the port in its chassis, as text.</summary>
    public required string PortId { get; init; }

    /// <summary>How many seconds this is valid; 0 when the port tells that it goes away.</summary>
    public required ushort TimeToLive { get; init; }

    /// <summary>The description of the port; null when not told.</summary>
    public string? PortDescription { get; init; }

    /// <summary>The name of the system; null when not told.</summary>
    public string? SystemName { get; init; }

    /// <summary>The description of the system; null when not told.</summary>
    public string? SystemDescription { get; init; }

    /// <summary>What the system is able to do.</summary>
    public LldpCapabilities Capabilities { get; init; }

    /// <summary>What of it is in use.</summary>
    public LldpCapabilities EnabledCapabilities { get; init; }

    /// <summary>Where the system is managed, in the order in which it was told.</summary>
    public IReadOnlyList<LldpManagementAddress> ManagementAddresses { get; init; } = [];

    /// <summary>The VLAN of frames without a tag (PVID); 0 when not told, or there is none.</summary>
    public ushort PortVlan { get; init; }

    /// <summary>Port and protocol VLANs, in order.</summary>
    public IReadOnlyList<LldpPortProtocolVlan> PortProtocolVlans { get; init; } = [];

    /// <summary>The VLANs of the port with their names, in order.</summary>
    public IReadOnlyList<LldpVlanName> VlanNames { get; init; } = [];

    /// <summary>The digest of the table of VLANs; 0 when not told.</summary>
    public uint VlanUsageDigest { get; init; }

    /// <summary>The VLAN in which the system is managed; 0 when not told.</summary>
    public ushort ManagementVlan { get; init; }

    /// <summary>Whether the port is part of an aggregation; null when not told.</summary>
    public LldpLinkAggregation? LinkAggregation { get; init; }

    /// <summary>The longest frame that the port takes, in bytes with header and checksum; 0 when not told.</summary>
    public ushort MaximumFrameSize { get; init; }

    /// <summary>Elements that were passed over: of unknown types, contradicting themselves, or cut short.</summary>
    public int PassedOver { get; init; }
}
