using System.Runtime.InteropServices;

namespace Skydive.Linux.Netlink;

/// <summary>
/// What an error or done message says. Source: <c>struct nlmsgerr</c> and <c>enum nlmsgerr_attrs</c> of <c>linux/netlink.h</c>.
/// </summary>
/// <param name="Errno">The error, none for success.</param>
/// <param name="Message">The kernel's explanation, or null.</param>
/// <param name="AttributeOffset">Offset of the offending attribute in the request, or null.</param>
internal readonly record struct NetlinkAcknowledgement(Errno Errno, string? Message, int? AttributeOffset)
{
    private const int AttributeMessage = 1; // NLMSGERR_ATTR_MSG
    private const int AttributeOffsetType = 2; // NLMSGERR_ATTR_OFFS

    /// <summary>Reads <c>NLMSG_ERROR</c>: the error number, the request (or only its header), then attributes if flagged.</summary>
    /// <returns>False when the message is too short.</returns>
    internal static bool TryReadError(in NetlinkMessage message, out NetlinkAcknowledgement result)
    {
        result = default;
        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < sizeof(int) + NetlinkMessage.HeaderSize)
        {
            return false;
        }

        uint requestLength = (message.Flags & NetlinkFlags.Capped) != 0
            ? NetlinkMessage.HeaderSize
            : MemoryMarshal.Read<uint>(payload[sizeof(int)..]);
        ulong attributes = sizeof(int) + (((ulong)requestLength + 3) & ~3ul);
        ReadOnlySpan<byte> explanation = attributes < (ulong)payload.Length ? payload[(int)attributes..] : default;
        result = Read(message, explanation);
        return true;
    }

    /// <summary>Reads <c>NLMSG_DONE</c>: the error number (absent from old kernels in some families), then attributes if flagged.</summary>
    internal static NetlinkAcknowledgement ReadDone(in NetlinkMessage message) => message.Payload.Length < sizeof(int)
        ? default
        : Read(message, message.Payload[sizeof(int)..]);

    private static NetlinkAcknowledgement Read(in NetlinkMessage message, ReadOnlySpan<byte> explanation)
    {
        // Errors are negative numbers; a positive one would be the result of a dump callback, which is success.
        int error = MemoryMarshal.Read<int>(message.Payload);
        var errno = error < 0 && error != int.MinValue ? (Errno)(-error) : Errno.None;
        string? text = null;
        int? offset = null;
        if ((message.Flags & NetlinkFlags.AcknowledgeAttributes) != 0)
        {
            var reader = new NetlinkAttributeReader(explanation);
            while (reader.MoveNext())
            {
                if (reader.Type == AttributeMessage)
                {
                    text = reader.ReadString();
                }
                else if (reader.Type == AttributeOffsetType && reader.Value.Length >= sizeof(uint))
                {
                    offset = (int)Math.Min(reader.ReadUInt32(), int.MaxValue);
                }
            }
        }

        return new NetlinkAcknowledgement(errno, text, offset);
    }
}
