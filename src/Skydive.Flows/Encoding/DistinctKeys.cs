using System.Runtime.CompilerServices;

namespace Skydive.Flows.Encoding;

/// <summary>
/// Numbers different keys in the order in which they come: what tells texts apart, without the texts. To be used again and again. Not for use by
/// several threads at once.
/// </summary>
public sealed class DistinctKeys
{
    private const int SmallestCapacity = 256;

    private TextKey[] _keys = new TextKey[SmallestCapacity / 2];

    // Number of the key and one more, behind the number of the round that the place belongs to; places of earlier rounds are free.
    private ulong[] _slots = new ulong[SmallestCapacity];
    private uint _round = 1;

    /// <summary>The keys by their numbers.</summary>
    public ReadOnlySpan<TextKey> Keys => _keys.AsSpan(0, Count);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all keys.</summary>
    /// <param name="expected">How many there will be, to make room.</param>
    public void Clear(int expected)
    {
        Count = 0;
        if (_slots.Length < expected * 2)
        {
            Resize((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)expected * 2));
        }

        if (++_round == 0)
        {
            _slots.AsSpan().Clear();
            _round = 1;
        }
    }

    /// <summary>The number of a key, a new one when it has none yet.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="high">Its upper half.</param>
    /// <param name="low">Its lower half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CodeOf(byte kind, ulong high, ulong low)
    {
        ulong[] slots = _slots;
        uint mask = (uint)slots.Length - 1;
        for (uint position = Hash(kind, high, low) & mask; ; position = (position + 1) & mask)
        {
            ulong slot = slots[position];
            if ((uint)(slot >> 32) != _round)
            {
                return Add(position, new TextKey(kind, high, low));
            }

            int code = (int)(uint)slot;
            ref readonly TextKey key = ref _keys[code];
            if (key.Low == low && key.High == high && key.Kind == kind)
            {
                return code;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(byte kind, ulong high, ulong low)
    {
        ulong hash = (high ^ kind ^ 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
        return (uint)(((hash ^ (hash >> 32) ^ low) * 0x9fb21c651e98df25) >> 32);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Add(uint position, TextKey key)
    {
        int code = Count++;
        _slots[position] = ((ulong)_round << 32) | (uint)code;
        _keys[code] = key;
        if (Count == _keys.Length)
        {
            Resize(_slots.Length * 2);
        }

        return code;
    }

    private void Resize(int capacity)
    {
        Array.Resize(ref _keys, capacity / 2);
        _slots = new ulong[capacity];
        _round = 1;
        for (int code = 0; code < Count; code++)
        {
            uint position = Hash(_keys[code].Kind, _keys[code].High, _keys[code].Low) & (uint)(capacity - 1);
            while (_slots[position] != 0)
            {
                position = (position + 1) & (uint)(capacity - 1);
            }

            _slots[position] = ((ulong)_round << 32) | (uint)code;
        }
    }
}
