using System.Numerics;

namespace Skydive.Graph.Collections;

/// <summary>
/// A persistent, ordered set of small non-negative integers. Up to <see cref="SmallLimit"/> members rest in one sorted array; larger sets in
/// pages of 1024 bits. Reading never locks.
/// </summary>
internal sealed class IntSet
{
    /// <summary>The set without members.</summary>
    public static readonly IntSet Empty = new([], default, 0);

    /// <summary>How many bits of a member tell where in its page it is.</summary>
    public const int PageBits = 10;

    /// <summary>How many words a page has.</summary>
    public const int PageWords = 1 << (PageBits - 6);

    private const int SmallLimit = 16;

    private readonly int[]? _small;
    private readonly IntMap<Page> _pages;

    private IntSet(int[]? small, IntMap<Page> pages, int count)
    {
        _small = small;
        _pages = pages;
        Count = count;
    }

    /// <summary>How many members there are.</summary>
    public int Count { get; }

    /// <summary>The members in ascending order when they are few; null when they rest in pages.</summary>
    public int[]? SmallMembers => _small;

    /// <summary>Whether a number is a member.</summary>
    /// <param name="value">The number.</param>
    public bool Contains(int value) => _small is { } small
        ? Array.IndexOf(small, value) >= 0
        : _pages[value >> PageBits] is { } page && page.Contains(value);

    /// <summary>The set with one more member.</summary>
    /// <param name="value">The number.</param>
    /// <param name="owner">The writer.</param>
    public IntSet Add(int value, object owner)
    {
        if (_small is { } small)
        {
            int index = Array.BinarySearch(small, value);
            if (index >= 0)
            {
                return this;
            }

            if (small.Length < SmallLimit)
            {
                return new([.. small[..~index], value, .. small[~index..]], default, small.Length + 1);
            }

            IntMap<Page> pages = default;
            foreach (int member in small)
            {
                pages = AddTo(pages, member, owner);
            }

            return new(null, AddTo(pages, value, owner), small.Length + 1);
        }

        return Contains(value) ? this : new(null, AddTo(_pages, value, owner), Count + 1);
    }

    /// <summary>The set without a member.</summary>
    /// <param name="value">The number.</param>
    /// <param name="owner">The writer.</param>
    public IntSet Remove(int value, object owner)
    {
        if (_small is { } small)
        {
            int index = Array.BinarySearch(small, value);
            return index < 0 ? this : small.Length == 1 ? Empty : new([.. small[..index], .. small[(index + 1)..]], default, small.Length - 1);
        }

        if (!Contains(value))
        {
            return this;
        }

        var page = _pages[value >> PageBits]!.OwnedBy(owner);
        page.Remove(value);
        var pages = _pages.Set(value >> PageBits, page.IsEmpty ? null : page, owner);

        // Half the limit, so that a set at the limit does not change its form with every step.
        return Count - 1 > SmallLimit / 2 ? new(null, pages, Count - 1) : new([.. new IntSet(null, pages, Count - 1).Members()], default, Count - 1);
    }

    /// <summary>The pages in ascending order; none when <see cref="SmallMembers"/> has the members.</summary>
    public IEnumerable<Page> Pages() => _pages.Values();

    /// <summary>Adds the members of one page to words of bits.</summary>
    /// <param name="key">Number of the page.</param>
    /// <param name="words">The words, <see cref="PageWords"/> of them.</param>
    public void AddTo(int key, Span<ulong> words)
    {
        if (_small is { } small)
        {
            foreach (int member in small)
            {
                if (member >> PageBits == key)
                {
                    words[(member & ((1 << PageBits) - 1)) >> 6] |= 1ul << (member & 63);
                }
            }
        }
        else if (_pages[key] is { } page)
        {
            for (int i = 0; i < words.Length; i++)
            {
                words[i] |= page.Words[i];
            }
        }
    }

    /// <summary>The members in ascending order.</summary>
    public IEnumerable<int> Members() => _small ?? LargeMembers();

    private static IntMap<Page> AddTo(IntMap<Page> pages, int value, object owner)
    {
        int key = value >> PageBits;
        var page = pages[key]?.OwnedBy(owner) ?? new Page(key, owner);
        page.Add(value);
        return pages.Set(key, page, owner);
    }

    private IEnumerable<int> LargeMembers()
    {
        foreach (var page in _pages.Values())
        {
            for (int word = 0; word < page.Words.Length; word++)
            {
                for (ulong bits = page.Words[word]; bits != 0; bits &= bits - 1)
                {
                    yield return (page.Key << PageBits) | (word << 6) | BitOperations.TrailingZeroCount(bits);
                }
            }
        }
    }

    /// <summary>A part of a large set.</summary>
    internal sealed class Page(int key, object owner)
    {
        public readonly int Key = key;
        public readonly ulong[] Words = new ulong[PageWords];
        private readonly object _owner = owner;

        public bool IsEmpty => !Words.AsSpan().ContainsAnyExcept(0ul);

        public bool Contains(int value) => (Words[Word(value)] & Bit(value)) != 0;

        public void Add(int value) => Words[Word(value)] |= Bit(value);

        public void Remove(int value) => Words[Word(value)] &= ~Bit(value);

        public Page OwnedBy(object owner)
        {
            if (ReferenceEquals(_owner, owner))
            {
                return this;
            }

            var copy = new Page(Key, owner);
            Words.CopyTo(copy.Words, 0);
            return copy;
        }

        private static int Word(int value) => (value & ((1 << PageBits) - 1)) >> 6;

        private static ulong Bit(int value) => 1ul << (value & 63);
    }
}
