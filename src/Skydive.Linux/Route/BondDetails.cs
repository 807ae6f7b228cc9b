namespace Skydive.Linux.Route;

/// <summary>A bond. Source: <c>IFLA_BOND_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record BondDetails : LinkDetails
{
    private static readonly string[] s_modes =
        ["balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"];

    /// <summary>The mode: 0 balance-rr … 6 balance-alb (<c>BOND_MODE_*</c> of <c>linux/if_bonding.h</c>).</summary>
    public int Mode { get; init; }

    /// <summary>The index of the slave in use; 0 when there is none, or all are.</summary>
    public int ActiveSlaveIndex { get; init; }

    /// <summary>How often the link of slaves is looked at, in milliseconds; 0 for never.</summary>
    public int MiiMonitorMilliseconds { get; init; }

    /// <summary>The name of the mode as the kernel has it, such as <c>802.3ad</c>; its number when the mode is newer than this.</summary>
    public string ModeName => Mode >= 0 && Mode < s_modes.Length
        ? s_modes[Mode]
        : Mode.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
