namespace Skydive.Linux.Ethtool;

/// <summary>
/// How an interface's link runs. Source: <c>ETHTOOL_A_LINKMODES_*</c> of <c>linux/ethtool_netlink.h</c>, <c>struct ethtool_link_settings</c>
/// of <c>linux/ethtool.h</c>.
/// </summary>
public sealed record LinkSettings
{
    /// <summary>The index of the interface; 0 when it was asked for by name.</summary>
    public int Index { get; init; }

    /// <summary>The name of the interface.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The speed in bits a second; null when it is not known: no link, or none to speak of.</summary>
    public long? BitsPerSecond { get; init; }

    /// <summary>Whether it sends and receives at the same time.</summary>
    public Duplex Duplex { get; init; } = Duplex.Unknown;

    /// <summary>Whether speed and duplex are negotiated with the other side.</summary>
    public bool IsNegotiated { get; init; }

    /// <summary>How many lanes are in use; null when it is not known (kernels before 5.12, or a driver that does not say).</summary>
    public int? Lanes { get; init; }

    /// <summary>The speed that the kernel gives in megabits a second, of which 0 and -1 mean unknown.</summary>
    internal static long? FromMegabits(uint megabits) => megabits is 0 or uint.MaxValue ? null : megabits * 1_000_000L;
}
