using Skydive.Linux.Polling;

namespace Skydive.Linux.Netlink;

/// <summary>
/// What carries netlink datagrams: a socket (<see cref="NetlinkSocket"/>), or a fake kernel in tests. Sending and receiving may be done
/// from two threads; receiving from one at a time.
/// </summary>
public interface INetlinkTransport : IDisposable
{
    /// <summary>The port of this socket, which answers of the kernel carry.</summary>
    uint PortId { get; }

    /// <summary>Sends one request to the kernel.</summary>
    /// <param name="message">The request.</param>
    /// <returns><see cref="Errno.None"/>, or why it was not sent.</returns>
    Errno Send(ReadOnlySpan<byte> message);

    /// <summary>Reads one datagram without waiting.</summary>
    /// <param name="buffer">Where to put it.</param>
    /// <returns>What was read.</returns>
    NetlinkDatagram TryReceive(Span<byte> buffer);

    /// <summary>Waits until there is something to read.</summary>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>Why the wait ended.</returns>
    WaitOutcome Wait(TimeSpan timeout, CancellationToken cancellationToken);
}
