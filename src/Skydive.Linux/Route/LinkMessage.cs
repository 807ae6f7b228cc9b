namespace Skydive.Linux.Route;

/// <summary>
/// A network interface as rtnetlink describes it (<c>RTM_NEWLINK</c>, <c>RTM_DELLINK</c>). Immutable.
/// Source: <c>struct ifinfomsg</c> of <c>linux/rtnetlink.h</c> and <c>IFLA_*</c> of <c>linux/if_link.h</c>.
/// </summary>
public sealed record LinkMessage
{
    /// <summary>The interface's number in its namespace, from 1.</summary>
    public int Index { get; init; }

    /// <summary>The name; empty when the message has none.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The kind of a software interface, such as <c>veth</c> or <c>bridge</c>; null for hardware and loopback.</summary>
    public string? Kind { get; init; }

    /// <summary>The kind of its master as seen from the slave, such as <c>bridge</c> or <c>bond</c>; null without a master.</summary>
    public string? SlaveKind { get; init; }

    /// <summary>What its frames look like.</summary>
    public HardwareType HardwareType { get; init; }

    /// <summary>The flags.</summary>
    public LinkFlags Flags { get; init; }

    /// <summary>The operational state.</summary>
    public OperationalState OperationalState { get; init; }

    /// <summary>The address in use.</summary>
    public HardwareAddress Address { get; init; }

    /// <summary>The address burnt into the hardware; empty when there is none.</summary>
    public HardwareAddress PermanentAddress { get; init; }

    /// <summary>The largest packet, in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>The index of the master (bridge, bond, VRF …); 0 without one.</summary>
    public int MasterIndex { get; init; }

    /// <summary>
    /// The index of the interface it stands on (VLAN, macvlan, vxlan) or is joined to (veth), in the namespace told by
    /// <see cref="LinkNamespaceId"/>; 0 when it stands on none. For hardware that names itself this is 0 too.
    /// </summary>
    public int LinkIndex { get; init; }

    /// <summary>
    /// The id, in this interface's namespace, of the namespace in which <see cref="LinkIndex"/> counts; null when it is the same one.
    /// </summary>
    public int? LinkNamespaceId { get; init; }

    /// <summary>Whether the interface has a carrier; null when the message does not say.</summary>
    public bool? HasCarrier { get; init; }

    /// <summary>How often the carrier came and went.</summary>
    public uint CarrierChanges { get; init; }

    /// <summary>The administrator's description; null without one.</summary>
    public string? Alias { get; init; }

    /// <summary>Further names, in the kernel's order.</summary>
    public IReadOnlyList<string> AlternativeNames { get; init; } = [];

    /// <summary>Packets that the transmit queue holds.</summary>
    public uint TransmitQueueLength { get; init; }

    /// <summary>How many users asked for promiscuous mode.</summary>
    public uint Promiscuity { get; init; }

    /// <summary>The queueing discipline, such as <c>noqueue</c>; null when the message does not say.</summary>
    public string? QueueingDiscipline { get; init; }

    /// <summary>The bus of the device below, such as <c>pci</c>; null when unknown (kernels before 5.14, or no device).</summary>
    public string? ParentBus { get; init; }

    /// <summary>The device below on its bus, such as <c>0000:00:03.0</c>; null when unknown.</summary>
    public string? ParentDevice { get; init; }

    /// <summary>How many virtual functions the device has; 0 when none, or when they were not asked for, as in events.</summary>
    public int VirtualFunctionCount { get; init; }

    /// <summary>The virtual functions; null when the device has none, or they were not asked for, as in events.</summary>
    public IReadOnlyList<VirtualFunction>? VirtualFunctions { get; init; }

    /// <summary>What is special to its kind; null for kinds of which nothing is decoded, such as <c>veth</c>.</summary>
    public LinkDetails? Details { get; init; }

    /// <summary>What its master says of it; null without a master, or one of a kind of which nothing is decoded.</summary>
    public LinkSlaveDetails? SlaveDetails { get; init; }

    /// <summary>The VLAN id of a VLAN interface; null for others.</summary>
    public int? VlanId => (Details as VlanDetails)?.Id;

    /// <summary>The network identifier of a VXLAN interface; null for others.</summary>
    public int? VxlanId => (Details as VxlanDetails)?.Id;

    /// <summary>What the bond says of this slave; null when it is none.</summary>
    public BondSlave? BondSlave => SlaveDetails as BondSlave;

    /// <summary>The spanning tree state of a bridge port (0 disabled … 3 forwarding, 4 blocking); null when it is none.</summary>
    public int? BridgePortState => (SlaveDetails as BridgePort)?.State;

    /// <summary>The counters; null when they were not asked for.</summary>
    public LinkStatistics? Statistics { get; init; }

    /// <summary>
    /// On deletion: the id of the namespace that the interface moved to, in the one it left; null when it was deleted, or the new
    /// namespace has no id here.
    /// </summary>
    public int? NewNamespaceId { get; init; }

    /// <summary>On deletion by moving: the index in the new namespace; 0 otherwise.</summary>
    public int NewIndex { get; init; }

    /// <summary>Whether the interface is administratively up.</summary>
    public bool IsUp => (Flags & LinkFlags.Up) != 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Index}: {Name} {Kind ?? HardwareType.ToString()} {OperationalState} {Address}";
}
