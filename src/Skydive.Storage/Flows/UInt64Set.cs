using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Skydive.Storage.Flows;

/// <summary>A set of numbers, in one array: a million flows are asked for theirs in each sum over them.</summary>
internal sealed class UInt64Set
{
    private const int SmallestBits = 4;
    private const int PrefetchDistance = 16;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    // 0 stands for an empty place, and is itself kept apart.
    private ulong[] _slots = new ulong[1 << SmallestBits];
    private int _shift = 64 - SmallestBits;
    private int _used;
    private bool _hasZero;

    /// <summary>How many numbers there are.</summary>
    public int Count => _used + (_hasZero ? 1 : 0);

    /// <summary>Adds a number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>False when it is there already.</returns>
    public bool Add(ulong number)
    {
        if (number == 0)
        {
            bool isNew = !_hasZero;
            _hasZero = true;
            return isNew;
        }

        // At most half full, so that runs are short.
        if (_used >= _slots.Length / 2)
        {
            Grow(_slots.Length * 2);
        }

        if (!Insert(_slots, _shift, number))
        {
            return false;
        }

        _used++;
        return true;
    }

    /// <summary>Adds numbers, the last one first.</summary>
    /// <param name="numbers">The numbers.</param>
    /// <param name="isNew">Where it goes which of them were not there yet.</param>
    public void AddFromLast(ReadOnlySpan<ulong> numbers, Span<bool> isNew)
    {
        Reserve(_used + numbers.Length);
        ulong[] slots = _slots;
        int shift = _shift;
        for (int i = numbers.Length - 1; i >= 0; i--)
        {
            // Each number is somewhere else in memory: the places of the next ones are on their way while this one is looked at.
            if (Sse.IsSupported && i >= PrefetchDistance)
            {
                Prefetch(numbers[i - PrefetchDistance]);
            }

            bool added = numbers[i] == 0 ? Add(0) : Insert(slots, shift, numbers[i]);
            isNew[i] = added;
            _used += added && numbers[i] != 0 ? 1 : 0;
        }
    }

    /// <summary>Makes room.</summary>
    /// <param name="count">For how many numbers in all.</param>
    public void Reserve(int count)
    {
        int length = _slots.Length;
        while (length / 2 < count && length < 1 << 30)
        {
            length *= 2;
        }

        if (length > _slots.Length)
        {
            Grow(length);
        }
    }

    private unsafe void Prefetch(ulong number) =>
        Sse.Prefetch0(Unsafe.AsPointer(ref _slots[(int)((number * Multiplier) >> _shift)]));

    private static bool Insert(ulong[] slots, int shift, ulong number)
    {
        int mask = slots.Length - 1;
        int index = (int)((number * Multiplier) >> shift);
        while (true)
        {
            ulong slot = slots[index];
            if (slot == 0)
            {
                slots[index] = number;
                return true;
            }

            if (slot == number)
            {
                return false;
            }

            index = (index + 1) & mask;
        }
    }

    private void Grow(int length)
    {
        var slots = new ulong[length];
        int shift = System.Numerics.BitOperations.LeadingZeroCount((ulong)length) + 1;
        foreach (ulong number in _slots)
        {
            if (number != 0)
            {
                Insert(slots, shift, number);
            }
        }

        (_slots, _shift) = (slots, shift);
    }
}
