namespace Skydive.Linux.Netlink;

/// <summary>What is wrong with bytes that should be netlink messages or attributes.</summary>
public enum NetlinkFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Bytes are left over that are too few for a header.</summary>
    TruncatedHeader,

    /// <summary>A length is smaller than the header that holds it.</summary>
    LengthTooSmall,

    /// <summary>A length points beyond the end.</summary>
    LengthBeyondEnd,

    /// <summary>An attribute is shorter than its type needs.</summary>
    ValueTooShort,
}
