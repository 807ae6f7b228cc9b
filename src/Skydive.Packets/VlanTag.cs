namespace Skydive.Packets;

/// <summary>
/// The outermost VLAN tag of a frame from which the kernel has cut it off, as a packet ring's header tells it (tp_vlan_tci, tp_vlan_tpid of
/// linux/if_packet.h). <c>default</c> is no tag.
/// </summary>
public readonly record struct VlanTag
{
    /// <summary>A tag.</summary>
    /// <param name="control">The tag control information: priority, drop eligibility and, in the low 12 bits, the VLAN identifier.</param>
    public VlanTag(ushort control)
    {
        IsPresent = true;
        Identifier = (ushort)(control & 0x0fff);
    }

    /// <summary>No tag.</summary>
    public static VlanTag None => default;

    /// <summary>Whether there is a tag. One with identifier 0 (priority only) is present.</summary>
    public bool IsPresent { get; }

    /// <summary>The VLAN identifier, 0 to 4095.</summary>
    public ushort Identifier { get; }
}
