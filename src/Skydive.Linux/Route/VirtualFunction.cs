namespace Skydive.Linux.Route;

/// <summary>One of the functions that a device offers to virtual machines (SR-IOV). Source: <c>IFLA_VF_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record VirtualFunction
{
    /// <summary>Its number in the device, from 0.</summary>
    public int Id { get; init; }

    /// <summary>Its address.</summary>
    public HardwareAddress Address { get; init; }

    /// <summary>The VLAN that its frames get; 0 for none.</summary>
    public int VlanId { get; init; }

    /// <summary>The priority of that VLAN's tag.</summary>
    public int Qos { get; init; }

    /// <summary>The most that it may send, in megabits a second; 0 for no limit.</summary>
    public int MaximumTransmitRate { get; init; }

    /// <summary>The least that it gets to send, in megabits a second; 0 when nothing is promised.</summary>
    public int MinimumTransmitRate { get; init; }

    /// <summary>Whether frames with another source address are dropped; null when the driver cannot.</summary>
    public bool? IsSpoofChecked { get; init; }

    /// <summary>Its link: 0 as that of the device, 1 always up, 2 always down (<c>IFLA_VF_LINK_STATE_*</c>).</summary>
    public int LinkState { get; init; }

    /// <summary>Whether it may do what others may not, such as to change its address; null when the driver cannot.</summary>
    public bool? IsTrusted { get; init; }
}
