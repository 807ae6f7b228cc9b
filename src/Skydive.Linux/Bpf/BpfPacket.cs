namespace Skydive.Linux.Bpf;

/// <summary>A packet as a filter sees it: the bytes, and what the kernel knows besides.</summary>
/// <param name="data">The bytes, perhaps cut short.</param>
/// <param name="originalLength">The length of the packet on the wire.</param>
public readonly ref struct BpfPacket(ReadOnlySpan<byte> data, int originalLength)
{
    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>The length on the wire.</summary>
    public int OriginalLength { get; } = originalLength;

    /// <summary>Whether a VLAN tag was taken out of the bytes.</summary>
    public bool HasVlan { get; init; }

    /// <summary>The tag that was taken out: priority, drop eligibility, id.</summary>
    public ushort VlanTci { get; init; }

    /// <summary>The protocol of that tag, such as 0x8100.</summary>
    public ushort VlanTpid { get; init; }
}
