using System.Buffers.Binary;

namespace Skydive.Packets.Building;

/// <summary>The one's complement checksum of IPv4, ICMP, TCP and UDP, RFC 1071.</summary>
public static class InternetChecksum
{
    /// <summary>Adds bytes to a running sum, an odd last byte as if a zero byte followed. Only the last part of several may be odd.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="sum">The sum so far; 0 to start.</param>
    /// <returns>The new sum, for <see cref="Finish"/> or for another call.</returns>
    public static ulong Add(ReadOnlySpan<byte> bytes, ulong sum = 0)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        }

        return bytes.IsEmpty ? sum : sum + ((uint)bytes[0] << 8);
    }

    /// <summary>Folds a running sum to the checksum as it is stored in a header, in host order.</summary>
    /// <param name="sum">The sum of everything that is covered, with the checksum field as zero.</param>
    public static ushort Finish(ulong sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
