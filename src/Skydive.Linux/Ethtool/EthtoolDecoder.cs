using Skydive.Linux.GenericNetlink;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Ethtool;

/// <summary>A decoder of the family <c>ethtool</c>: knows the answer and the notification that carry the same attributes.</summary>
/// <typeparam name="T">What it makes.</typeparam>
/// <param name="family">The number of the family in this kernel.</param>
/// <param name="reply">The command of the answer.</param>
/// <param name="notification">The command of the notification; that of the answer when there is none.</param>
internal abstract class EthtoolDecoder<T>(ushort family, byte reply, byte notification) : NetlinkDecoder<T>(GenericHeader.Size)
    where T : class
{
    /// <inheritdoc/>
    protected override bool IsKnown(in NetlinkMessage message) =>
        message.Type == family && !message.Payload.IsEmpty && (message.Payload[0] == reply || message.Payload[0] == notification);
}
