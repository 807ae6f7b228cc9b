namespace Skydive.Linux.Netlink;

/// <summary>How an exchange with the kernel ended, when it did not fail.</summary>
internal enum NetlinkExchange
{
    /// <summary>The answer is whole.</summary>
    Complete,

    /// <summary>The table changed while it was dumped.</summary>
    Interrupted,

    /// <summary>Part of the answer was lost.</summary>
    Overrun,
}
