using System.Buffers.Binary;
using System.Numerics;

namespace Skydive.Flows.Hashing;

/// <summary>xxHash64, the hash that flow identities are made of. Source: the xxHash fast digest algorithm description, version 0.1.1.</summary>
public static class XxHash64
{
    private const ulong Prime1 = 0x9e3779b185ebca87;
    private const ulong Prime2 = 0xc2b2ae3d27d4eb4f;
    private const ulong Prime3 = 0x165667b19e3779f9;
    private const ulong Prime4 = 0x85ebca77c2b2ae63;
    private const ulong Prime5 = 0x27d4eb2f165667c5;
    private const int StripeLength = 32;

    /// <summary>Hashes bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="seed">The seed.</param>
    public static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        ulong hash;
        int length = bytes.Length;
        if (length >= StripeLength)
        {
            ulong lane1 = seed + Prime1 + Prime2;
            ulong lane2 = seed + Prime2;
            ulong lane3 = seed;
            ulong lane4 = seed - Prime1;
            for (; bytes.Length >= StripeLength; bytes = bytes[StripeLength..])
            {
                lane1 = Round(lane1, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                lane2 = Round(lane2, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
                lane3 = Round(lane3, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
                lane4 = Round(lane4, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
            }

            hash = BitOperations.RotateLeft(lane1, 1) + BitOperations.RotateLeft(lane2, 7)
                + BitOperations.RotateLeft(lane3, 12) + BitOperations.RotateLeft(lane4, 18);
            hash = Merge(hash, lane1);
            hash = Merge(hash, lane2);
            hash = Merge(hash, lane3);
            hash = Merge(hash, lane4);
        }
        else
        {
            hash = seed + Prime5;
        }

        hash += (ulong)length;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            hash = (BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(bytes)), 27) * Prime1) + Prime4;
        }

        if (bytes.Length >= 4)
        {
            hash = (BitOperations.RotateLeft(hash ^ (BinaryPrimitives.ReadUInt32LittleEndian(bytes) * Prime1), 23) * Prime2) + Prime3;
            bytes = bytes[4..];
        }

        foreach (byte value in bytes)
        {
            hash = BitOperations.RotateLeft(hash ^ (value * Prime5), 11) * Prime1;
        }

        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        return hash ^ (hash >> 32);
    }

    private static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1;

    private static ulong Merge(ulong hash, ulong lane) => ((hash ^ Round(0, lane)) * Prime1) + Prime4;
}
