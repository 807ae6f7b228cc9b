namespace Skydive.Linux.Netlink;

/// <summary>What one read from a netlink socket gave.</summary>
/// <param name="Length">Bytes written to the buffer; zero unless <paramref name="Errno"/> is none.</param>
/// <param name="Errno">
/// <see cref="Linux.Errno.None"/>, or why nothing was read: <see cref="Linux.Errno.TryAgain"/> when the queue is empty,
/// <see cref="Linux.Errno.NoBufferSpace"/> when messages were lost.
/// </param>
/// <param name="IsTruncated">The datagram was longer than the buffer; the rest is lost.</param>
/// <param name="SenderPortId">The port of the sender: zero for the kernel; any other is a process that must not be believed.</param>
/// <param name="NamespaceId">
/// The id, in the listener's namespace, of the namespace that the datagram comes from; null for the listener's own, or when the socket
/// does not listen to others.
/// </param>
public readonly record struct NetlinkDatagram(int Length, Errno Errno, bool IsTruncated, uint SenderPortId, int? NamespaceId);
