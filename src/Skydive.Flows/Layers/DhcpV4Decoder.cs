using System.Buffers.Binary;
using Skydive.Contracts.Flows.Layers;

namespace Skydive.Flows.Layers;

/// <summary>Decodes the fixed fields of DHCP messages, RFC 2131 section 2. Stateless.</summary>
internal static class DhcpV4Decoder
{
    private const int ServerNameOffset = 44;
    private const int FileOffset = 108;
    private const int OptionsOffset = 236;

    /// <summary>Decodes a message.</summary>
    /// <param name="message">The message, possibly less than there was on the wire: names that are not whole are left out.</param>
    /// <returns>Null when the fields before the addresses are not whole.</returns>
    public static DhcpV4Layer? Decode(ReadOnlySpan<byte> message) => message.Length < 12 ? null : new()
    {
        HardwareLen = message[2],
        HardwareOpts = message[3],
        Xid = BinaryPrimitives.ReadUInt32BigEndian(message[4..]),
        Secs = BinaryPrimitives.ReadUInt16BigEndian(message[8..]),
        Flags = BinaryPrimitives.ReadUInt16BigEndian(message[10..]),
        ServerName = message.Length < FileOffset ? null : message[ServerNameOffset..FileOffset].ToArray(),
        File = message.Length < OptionsOffset ? null : message[FileOffset..OptionsOffset].ToArray(),
    };
}
