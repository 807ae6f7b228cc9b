using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Skydive.Graph;

/// <summary>Identifiers of nodes and edges, as Skydive makes them.</summary>
public static class Identifiers
{
    // The OID namespace of RFC 9562, section 6.6.
    private static ReadOnlySpan<byte> OidNamespace =>
        [0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

    /// <summary>A new random identifier (UUID version 4).</summary>
    public static string Random() => Guid.NewGuid().ToString();

    /// <summary>
    /// The identifier that follows from a text: SHA-1 in the OID namespace, version 5. The variant bits are those that Skydive's library
    /// writes (01 where RFC 9562 has 10), so that saved queries keep finding their nodes.
    /// </summary>
    /// <param name="parts">The texts, joined without a separator.</param>
    public static string Derive(params ReadOnlySpan<string> parts)
    {
        int length = OidNamespace.Length;
        foreach (string part in parts)
        {
            length += Encoding.UTF8.GetMaxByteCount(part.Length);
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        OidNamespace.CopyTo(buffer);
        int used = OidNamespace.Length;
        foreach (string part in parts)
        {
            used += Encoding.UTF8.GetBytes(part, buffer.AsSpan(used));
        }

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Not used for security: UUID version 5 is defined over SHA-1.
        SHA1.HashData(buffer.AsSpan(0, used), hash);
#pragma warning restore CA5350
        ArrayPool<byte>.Shared.Return(buffer);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] | 0x40) & 0x7f);
        return new Guid(hash[..16], bigEndian: true).ToString();
    }
}
