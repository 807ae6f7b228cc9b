using System.Buffers.Binary;
using System.Numerics;

namespace Skydive.Flows.Hashing;

/// <summary>xxHash64, the hash that flow identities are made of. Source: the xxHash fast digest algorithm description, version 0.1.1.</summary>
public static class XxHash64
{
    /// <summary>Bytes that are taken in at a time.</summary>
    internal const int StripeLength = 32;

    private const ulong Prime1 = 0x9e3779b185ebca87;
    private const ulong Prime2 = 0xc2b2ae3d27d4eb4f;
    private const ulong Prime3 = 0x165667b19e3779f9;
    private const ulong Prime4 = 0x85ebca77c2b2ae63;
    private const ulong Prime5 = 0x27d4eb2f165667c5;

    /// <summary>Hashes bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="seed">The seed.</param>
    public static ulong Hash(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        if (bytes.Length < StripeLength)
        {
            return Finish(seed + Prime5, bytes, bytes.Length);
        }

        var lanes = new Lanes(seed);
        int length = bytes.Length;
        for (; bytes.Length >= StripeLength; bytes = bytes[StripeLength..])
        {
            lanes.Add(bytes);
        }

        return Finish(lanes.Converge(), bytes, length);
    }

    /// <summary>Takes in what is left after whole stripes, and mixes.</summary>
    /// <param name="hash">The converged lanes, or the start value of inputs shorter than a stripe.</param>
    /// <param name="tail">The bytes left, fewer than a stripe.</param>
    /// <param name="length">How many bytes there were in all.</param>
    internal static ulong Finish(ulong hash, ReadOnlySpan<byte> tail, int length)
    {
        hash += (ulong)length;
        for (; tail.Length >= 8; tail = tail[8..])
        {
            hash = (BitOperations.RotateLeft(hash ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(tail)), 27) * Prime1) + Prime4;
        }

        if (tail.Length >= 4)
        {
            hash = (BitOperations.RotateLeft(hash ^ (BinaryPrimitives.ReadUInt32LittleEndian(tail) * Prime1), 23) * Prime2) + Prime3;
            tail = tail[4..];
        }

        foreach (byte value in tail)
        {
            hash = BitOperations.RotateLeft(hash ^ (value * Prime5), 11) * Prime1;
        }

        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        return hash ^ (hash >> 32);
    }

    private static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1;

    private static ulong Merge(ulong hash, ulong lane) => ((hash ^ Round(0, lane)) * Prime1) + Prime4;

    /// <summary>The four accumulators of inputs of at least a stripe.</summary>
    internal struct Lanes
    {
        private ulong _one;
        private ulong _two;
        private ulong _three;
        private ulong _four;

        public Lanes(ulong seed)
        {
            _one = seed + Prime1 + Prime2;
            _two = seed + Prime2;
            _three = seed;
            _four = seed - Prime1;
        }

        /// <summary>Takes in the first stripe of some bytes.</summary>
        public void Add(ReadOnlySpan<byte> stripe)
        {
            _one = Round(_one, BinaryPrimitives.ReadUInt64LittleEndian(stripe));
            _two = Round(_two, BinaryPrimitives.ReadUInt64LittleEndian(stripe[8..]));
            _three = Round(_three, BinaryPrimitives.ReadUInt64LittleEndian(stripe[16..]));
            _four = Round(_four, BinaryPrimitives.ReadUInt64LittleEndian(stripe[24..]));
        }

        public readonly ulong Converge()
        {
            ulong hash = BitOperations.RotateLeft(_one, 1) + BitOperations.RotateLeft(_two, 7)
                + BitOperations.RotateLeft(_three, 12) + BitOperations.RotateLeft(_four, 18);
            return Merge(Merge(Merge(Merge(hash, _one), _two), _three), _four);
        }

        /// <summary>Multiplies every lane by the second prime; see <see cref="IdentityHasher"/>.</summary>
        public void Spoil()
        {
            _one *= Prime2;
            _two *= Prime2;
            _three *= Prime2;
            _four *= Prime2;
        }
    }

    /// <summary>The start value of an input shorter than a stripe, with seed 0.</summary>
    internal static ulong ShortStart => Prime5;
}
