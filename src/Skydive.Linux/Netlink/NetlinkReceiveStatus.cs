namespace Skydive.Linux.Netlink;

/// <summary>What a listener has to say.</summary>
public enum NetlinkReceiveStatus
{
    /// <summary>There are messages to read.</summary>
    Messages,

    /// <summary>Nothing came, at the moment or in the time given.</summary>
    Nothing,

    /// <summary>
    /// Messages were lost, and those that were still queued have been thrown away: what the caller knows may be out of date, and it must
    /// dump the tables again. A dump begun after this status is newer than everything lost.
    /// </summary>
    Overrun,

    /// <summary>The token fired, or the listener was disposed.</summary>
    Cancelled,
}
