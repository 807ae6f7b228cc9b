namespace Skydive.Linux.Packets;

/// <summary>
/// One packet in the ring: a view of memory shared with the kernel, valid until its block is disposed. Copy what must outlive it.
/// </summary>
public readonly ref struct PacketFrame
{
    internal PacketFrame(
        ReadOnlySpan<byte> data, int originalLength, long timestampNanoseconds, uint status, ushort vlanTci, ushort vlanTpid, PacketType type)
    {
        Data = data;
        OriginalLength = originalLength;
        TimestampNanoseconds = timestampNanoseconds;
        Status = status;
        VlanTci = vlanTci;
        VlanTpid = vlanTpid;
        Type = type;
    }

    /// <summary>
    /// The bytes from the link-layer header on, perhaps cut short. The outermost VLAN tag is not among them when <see cref="HasVlan"/>.
    /// </summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>The length of the packet in bytes, without the tag that was taken out.</summary>
    public int OriginalLength { get; }

    /// <summary>When the kernel saw it, in nanoseconds since 1970 (UTC).</summary>
    public long TimestampNanoseconds { get; }

    /// <summary>The kernel's status bits (<c>TP_STATUS_*</c>).</summary>
    public uint Status { get; }

    /// <summary>The VLAN tag that was taken out: priority in the upper 3 bits, drop eligibility in the next, id in the lower 12.</summary>
    public ushort VlanTci { get; }

    /// <summary>The protocol of that tag: 0x8100 or 0x88a8. 0x8100 on kernels before 3.14, which do not say.</summary>
    public ushort VlanTpid { get; }

    /// <summary>How it relates to this host.</summary>
    public PacketType Type { get; }

    /// <summary>Whether a VLAN tag was taken out of <see cref="Data"/>.</summary>
    public bool HasVlan => (Status & 0x10) != 0; // TP_STATUS_VLAN_VALID

    /// <summary>Whether the checksums are not yet filled in, as on packets that this host sends through a device that will do it.</summary>
    public bool HasPartialChecksum => (Status & 0x08) != 0; // TP_STATUS_CSUMNOTREADY

    /// <summary>Whether this host sent it.</summary>
    public bool IsOutgoing => Type == PacketType.Outgoing;
}
