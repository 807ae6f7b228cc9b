using System.Buffers.Binary;
using Skydive.Contracts.Flows.Layers;

namespace Skydive.Flows.Layers;

/// <summary>Decodes VRRP advertisements of version 2, RFC 3768 section 5. Stateless.</summary>
internal static class VrrpV2Decoder
{
    /// <summary>Decodes an advertisement.</summary>
    /// <param name="message">The VRRP header.</param>
    /// <returns>Null when it is of another version, or is not whole.</returns>
    public static VrrpV2Layer? Decode(ReadOnlySpan<byte> message) => message.Length < 8 || message[0] >> 4 != 2 ? null : new()
    {
        Version = message[0] >> 4,
        VirtualRtrID = message[1],
        Priority = message[2],
        CountIpaddr = message[3],
        AdverInt = message[5],
        Checksum = BinaryPrimitives.ReadUInt16BigEndian(message[6..]),
    };
}
