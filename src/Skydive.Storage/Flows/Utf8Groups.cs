using System.Buffers.Binary;
using System.Numerics;

namespace Skydive.Storage.Flows;

/// <summary>Numbers for texts in UTF-8, which are made into strings once only: chunks repeat the same addresses again and again.</summary>
internal sealed class Utf8Groups
{
    private const int SmallestBits = 6;

    // Different in each process, so that nobody can choose texts that all hash alike.
    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly List<(int Begin, int Length, int Group)> _entries = [];
    private byte[] _texts = new byte[4096];
    private int _used;
    private uint[] _hashes = new uint[1 << SmallestBits];

    // Number of the entry and one more; 0 for an empty place.
    private int[] _slots = new int[1 << SmallestBits];

    /// <summary>Finds the group of a text.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="group">The group.</param>
    /// <returns>False when the text has none.</returns>
    public bool TryGet(ReadOnlySpan<byte> utf8, out int group)
    {
        uint hash = HashOf(utf8);
        int mask = _slots.Length - 1;
        for (int index = (int)hash & mask; _slots[index] != 0; index = (index + 1) & mask)
        {
            if (_hashes[index] == hash)
            {
                var (begin, length, found) = _entries[_slots[index] - 1];
                if (utf8.SequenceEqual(_texts.AsSpan(begin, length)))
                {
                    group = found;
                    return true;
                }
            }
        }

        group = -1;
        return false;
    }

    /// <summary>Gives a text a group.</summary>
    /// <param name="utf8">The text, which has none.</param>
    /// <param name="group">The group.</param>
    public void Add(ReadOnlySpan<byte> utf8, int group)
    {
        if (_entries.Count >= _slots.Length / 2)
        {
            Grow();
        }

        if (_texts.Length - _used < utf8.Length)
        {
            Array.Resize(ref _texts, Math.Max(_texts.Length * 2, _used + utf8.Length));
        }

        utf8.CopyTo(_texts.AsSpan(_used));
        _entries.Add((_used, utf8.Length, group));
        _used += utf8.Length;
        Insert(HashOf(utf8), _entries.Count);
    }

    private static uint HashOf(ReadOnlySpan<byte> utf8)
    {
        ulong hash = s_seed ^ (ulong)utf8.Length;
        while (utf8.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8));
            utf8 = utf8[sizeof(ulong)..];
        }

        ulong rest = 0;
        foreach (byte part in utf8)
        {
            rest = (rest << 8) | part;
        }

        return (uint)(Mix(hash ^ rest) >> 32);
    }

    private static ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value, 0x9E3779B97F4A7C15 ^ s_seed, out ulong low);
        return high ^ BitOperations.RotateLeft(low, 23);
    }

    private void Insert(uint hash, int entry)
    {
        int mask = _slots.Length - 1;
        int index = (int)hash & mask;
        while (_slots[index] != 0)
        {
            index = (index + 1) & mask;
        }

        _slots[index] = entry;
        _hashes[index] = hash;
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        _hashes = new uint[_slots.Length];
        for (int i = 0; i < _entries.Count; i++)
        {
            Insert(HashOf(_texts.AsSpan(_entries[i].Begin, _entries[i].Length)), i + 1);
        }
    }
}
