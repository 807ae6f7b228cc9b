using System.Runtime.CompilerServices;

namespace Skydive.Flows.Encoding;

/// <summary>Numbers different keys in the order in which they come: what tells texts apart, without the texts. To be used again and again.</summary>
internal sealed class DistinctKeys
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

    /// <summary>Makes room for as many keys as there may come.</summary>
    public void Clear(int expected)
    {
        Count = 0;
        if (_slots.Length < expected * 2)
        {
            int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)expected * 2);
            _slots = new ulong[capacity];
            _keys = new TextKey[capacity / 2];
            _round = 0;
        }

        if (++_round == 0)
        {
            _slots.AsSpan().Clear();
            _round = 1;
        }
    }

    /// <summary>The number of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CodeOf(byte kind, ulong high, ulong low)
    {
        ulong[] slots = _slots;
        ulong hash = (high ^ kind ^ 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 32) ^ low) * 0x9fb21c651e98df25;
        uint mask = (uint)slots.Length - 1;
        for (uint position = (uint)(hash >> 32) & mask; ; position = (position + 1) & mask)
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Add(uint position, TextKey key)
    {
        int code = Count++;
        _slots[position] = ((ulong)_round << 32) | (uint)code;
        _keys[code] = key;
        return code;
    }
}
