using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// A decoder of rtnetlink messages. The message that an object is there (<c>RTM_NEW…</c>) and the one that it is gone (<c>RTM_DEL…</c>) have
/// the same form and numbers next to each other.
/// </summary>
/// <typeparam name="T">What it makes.</typeparam>
/// <param name="newType">The number of the message that an object is there.</param>
/// <param name="headerSize">Size of the fixed structure in bytes, with its padding.</param>
internal abstract class RtnetlinkDecoder<T>(ushort newType, int headerSize) : NetlinkDecoder<T>(headerSize)
    where T : class
{
    /// <inheritdoc/>
    protected override bool IsKnown(in NetlinkMessage message) => message.Type == newType || message.Type == newType + 1;
}
