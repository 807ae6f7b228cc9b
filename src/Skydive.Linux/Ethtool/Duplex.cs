namespace Skydive.Linux.Ethtool;

/// <summary>Whether a link sends and receives at the same time. Source: <c>DUPLEX_*</c> of <c>linux/ethtool.h</c>.</summary>
public enum Duplex : byte
{
    /// <summary>In turns.</summary>
    Half = 0, // DUPLEX_HALF

    /// <summary>At the same time.</summary>
    Full = 1, // DUPLEX_FULL

    /// <summary>Not known: no link, or none to speak of.</summary>
    Unknown = 0xff, // DUPLEX_UNKNOWN
}
