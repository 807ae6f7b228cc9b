using System.Numerics;

namespace Skydive.Graph.Collections;

/// <summary>
/// A persistent, ordered set of small non-negative integers. One member rests in the struct itself, up to <see cref="SmallLimit"/> in one
/// sorted array, more in pages of 1024 bits. Reading never locks; writing copies pages unless they were made by the same writer (the
/// <c>owner</c>). <c>default</c> is the empty set.
/// </summary>
internal readonly struct IntSet
{
    /// <summary>How many bits of a member tell where in its page it is.</summary>
    public const int PageBits = 10;

    /// <summary>How many words a page has.</summary>
    public const int PageWords = 1 << (PageBits - 6);

    private const int SmallLimit = 64;

    // Stands for the set whose only member is _single.
    private static readonly object s_one = new();

    // null for no member, s_one, int[] or Pages.
    private readonly object? _members;
    private readonly int _single;

    private IntSet(object? members, int single = 0)
    {
        _members = members;
        _single = single;
    }

    /// <summary>The set without members.</summary>
    public static IntSet Empty => default;

    /// <summary>How many members there are.</summary>
    public int Count => _members switch
    {
        null => 0,
        int[] small => small.Length,
        Pages pages => pages.Count,
        _ => 1,
    };

    /// <summary>The members in ascending order when they are few; null when they rest in pages.</summary>
    public int[]? SmallMembers => _members switch
    {
        null => [],
        int[] small => small,
        Pages => null,
        _ => [_single],
    };

    /// <summary>Whether a number is a member.</summary>
    /// <param name="value">The number.</param>
    public bool Contains(int value) => _members switch
    {
        null => false,
        int[] small => Array.BinarySearch(small, value) >= 0,
        Pages pages => pages.Contains(value),
        _ => value == _single,
    };

    /// <summary>The set with one more member.</summary>
    /// <param name="value">The number.</param>
    /// <param name="owner">The writer.</param>
    public IntSet Add(int value, object owner)
    {
        switch (_members)
        {
            case null:
                return new(s_one, value);

            case int[] small:
                int index = Array.BinarySearch(small, value);
                if (index >= 0)
                {
                    return this;
                }

                if (small.Length < SmallLimit)
                {
                    int[] larger = new int[small.Length + 1];
                    small.AsSpan(0, ~index).CopyTo(larger);
                    larger[~index] = value;
                    small.AsSpan(~index).CopyTo(larger.AsSpan(~index + 1));
                    return new(larger);
                }

                var made = new Pages(owner);
                foreach (int member in small)
                {
                    made.Add(member, owner);
                }

                made.Add(value, owner);
                return new(made);

            case Pages pages:
                if (pages.Contains(value))
                {
                    return this;
                }

                pages = pages.OwnedBy(owner);
                pages.Add(value, owner);
                return new(pages);

            default:
                return value == _single ? this : new(value < _single ? new[] { value, _single } : [_single, value]);
        }
    }

    /// <summary>The set with many more members.</summary>
    /// <param name="values">The numbers, ascending.</param>
    /// <param name="owner">The writer.</param>
    public IntSet AddMany(ReadOnlySpan<int> values, object owner)
    {
        if (_members is null && values.Length is > 1 and <= SmallLimit)
        {
            return new(values.ToArray());
        }

        if (_members is Pages || values.Length > SmallLimit)
        {
            var pages = (_members as Pages)?.OwnedBy(owner) ?? new Pages(owner);
            if (_members is not Pages)
            {
                pages.AddMany(SmallMembers!, owner);
            }

            pages.AddMany(values, owner);
            return new(pages);
        }

        var set = this;
        foreach (int value in values)
        {
            set = set.Add(value, owner);
        }

        return set;
    }

    /// <summary>The set without a member.</summary>
    /// <param name="value">The number.</param>
    /// <param name="owner">The writer.</param>
    public IntSet Remove(int value, object owner)
    {
        switch (_members)
        {
            case null:
                return this;

            case int[] small:
                int index = Array.BinarySearch(small, value);
                if (index < 0)
                {
                    return this;
                }

                if (small.Length == 2)
                {
                    return new(s_one, small[1 - index]);
                }

                int[] smaller = new int[small.Length - 1];
                small.AsSpan(0, index).CopyTo(smaller);
                small.AsSpan(index + 1).CopyTo(smaller.AsSpan(index));
                return new(smaller);

            case Pages pages:
                if (!pages.Contains(value))
                {
                    return this;
                }

                pages = pages.OwnedBy(owner);
                pages.Remove(value, owner);

                // Half the limit, so that a set at the limit does not change its form with every step.
                return new(pages.Count > SmallLimit / 2 ? (object)pages : pages.Members().ToArray());

            default:
                return value == _single ? default : this;
        }
    }

    /// <summary>Whether this is the same set as another by reference, so that nothing that holds it needs to be told.</summary>
    /// <param name="other">The other set.</param>
    public bool IsSame(IntSet other) => ReferenceEquals(_members, other._members) && _single == other._single;

    /// <summary>The members in ascending order.</summary>
    public IEnumerable<int> Members() => _members switch
    {
        null => [],
        int[] small => small,
        Pages pages => pages.Members(),
        _ => [_single],
    };

    /// <summary>The pages in ascending order; none when <see cref="SmallMembers"/> has the members.</summary>
    public IEnumerable<Page> MemberPages() => (_members as Pages)?.InOrder() ?? [];

    /// <summary>Adds the members of one page to words of bits.</summary>
    /// <param name="key">Number of the page.</param>
    /// <param name="words">The words, <see cref="PageWords"/> of them.</param>
    public void AddTo(int key, Span<ulong> words)
    {
        if (_members is Pages pages)
        {
            pages.Find(key)?.AddTo(words);
            return;
        }

        foreach (int member in SmallMembers!)
        {
            if (member >> PageBits == key)
            {
                words[(member & ((1 << PageBits) - 1)) >> 6] |= 1ul << (member & 63);
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

        public void AddTo(Span<ulong> words)
        {
            for (int i = 0; i < words.Length; i++)
            {
                words[i] |= Words[i];
            }
        }

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

    /// <summary>The form of large sets.</summary>
    private sealed class Pages(object owner)
    {
        private readonly object _owner = owner;
        private IntMap<Page> _pages;

        public int Count { get; private set; }

        public Pages OwnedBy(object owner) => ReferenceEquals(_owner, owner) ? this : new(owner) { _pages = _pages, Count = Count };

        public bool Contains(int value) => _pages[value >> PageBits] is { } page && page.Contains(value);

        public Page? Find(int key) => _pages[key];

        public IEnumerable<Page> InOrder() => _pages.Values();

        public void AddMany(ReadOnlySpan<int> values, object owner)
        {
            Page? page = null;
            foreach (int value in values)
            {
                int key = value >> PageBits;
                if (page?.Key != key)
                {
                    var before = _pages[key];
                    page = before?.OwnedBy(owner) ?? new Page(key, owner);
                    if (!ReferenceEquals(before, page))
                    {
                        _pages = _pages.Set(key, page, owner);
                    }
                }

                if (!page.Contains(value))
                {
                    page.Add(value);
                    Count++;
                }
            }
        }

        public void Add(int value, object owner)
        {
            int key = value >> PageBits;
            var page = _pages[key];
            var writable = page?.OwnedBy(owner) ?? new Page(key, owner);
            writable.Add(value);
            if (!ReferenceEquals(page, writable))
            {
                _pages = _pages.Set(key, writable, owner);
            }

            Count++;
        }

        public void Remove(int value, object owner)
        {
            int key = value >> PageBits;
            var page = _pages[key]!.OwnedBy(owner);
            page.Remove(value);
            _pages = _pages.Set(key, page.IsEmpty ? null : page, owner);
            Count--;
        }

        public IEnumerable<int> Members()
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
    }
}
