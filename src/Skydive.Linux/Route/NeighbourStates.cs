namespace Skydive.Linux.Route;

/// <summary>States of a neighbour. Source: <c>NUD_*</c> of <c>linux/neighbour.h</c>.</summary>
[Flags]
public enum NeighbourStates : ushort
{
    /// <summary>None.</summary>
    None = 0, // NUD_NONE

    /// <summary>Being resolved.</summary>
    Incomplete = 0x01, // NUD_INCOMPLETE

    /// <summary>Known to work.</summary>
    Reachable = 0x02, // NUD_REACHABLE

    /// <summary>Not heard of for a while.</summary>
    Stale = 0x04, // NUD_STALE

    /// <summary>Used, to be probed soon.</summary>
    Delay = 0x08, // NUD_DELAY

    /// <summary>Being probed.</summary>
    Probe = 0x10, // NUD_PROBE

    /// <summary>Could not be resolved.</summary>
    Failed = 0x20, // NUD_FAILED

    /// <summary>Needs no resolution.</summary>
    NoArp = 0x40, // NUD_NOARP

    /// <summary>Configured by hand.</summary>
    Permanent = 0x80, // NUD_PERMANENT
}
