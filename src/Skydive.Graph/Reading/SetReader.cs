using System.Numerics;
using Skydive.Contracts.Metadata;
using Skydive.Graph.Collections;

namespace Skydive.Graph.Reading;

/// <summary>The elements of a set that pass a filter, in the order of their slots. Whole pages of bits are intersected at once.</summary>
/// <typeparam name="T">Nodes or edges.</typeparam>
/// <param name="set">The set.</param>
/// <param name="filter">The filter, whose start is this set.</param>
/// <param name="progress">Told how many slots were looked at.</param>
internal sealed class SetReader<T>(IntSet set, SlotFilter<T> filter, Action<int>? progress) : SlotReader
    where T : class, IFieldSource
{
    private readonly ulong[] _words = new ulong[IntSet.PageWords];
    private readonly IEnumerator<IntSet.Page>? _pages = set.SmallMembers is null ? set.MemberPages().GetEnumerator() : null;
    private int _base;
    private int _word = IntSet.PageWords;
    private int _small;

    /// <inheritdoc/>
    public override int Read(Span<int> buffer) => set.SmallMembers is { } small ? ReadSmall(small, buffer) : ReadPages(buffer);

    private int ReadSmall(int[] members, Span<int> buffer)
    {
        int count = 0;
        while (count < buffer.Length && _small < members.Length)
        {
            int slot = members[_small++];
            if (MatchesOthers(slot) && filter.MatchesRest(slot))
            {
                buffer[count++] = slot;
            }
        }

        return count;
    }

    private bool MatchesOthers(int slot)
    {
        foreach (var condition in filter.Others)
        {
            if (!condition.Matches(slot))
            {
                return false;
            }
        }

        return true;
    }

    private int ReadPages(Span<int> buffer)
    {
        int count = 0;
        while (true)
        {
            for (; _word < _words.Length; _word++)
            {
                while (_words[_word] != 0)
                {
                    if (count == buffer.Length)
                    {
                        return count;
                    }

                    int slot = _base | (_word << 6) | BitOperations.TrailingZeroCount(_words[_word]);
                    _words[_word] &= _words[_word] - 1;
                    if (filter.MatchesRest(slot))
                    {
                        buffer[count++] = slot;
                    }
                }
            }

            if (!_pages!.MoveNext())
            {
                return count;
            }

            Load(_pages.Current);
        }
    }

    private void Load(IntSet.Page page)
    {
        _word = 0;
        _base = page.Key << IntSet.PageBits;
        page.Words.CopyTo(_words, 0);
        Span<ulong> union = stackalloc ulong[IntSet.PageWords];
        foreach (var condition in filter.Others)
        {
            union.Clear();
            foreach (var other in condition.Sets)
            {
                other.AddTo(page.Key, union);
            }

            for (int i = 0; i < _words.Length; i++)
            {
                _words[i] &= condition.IsNegated ? ~union[i] : union[i];
            }
        }

        progress?.Invoke(IntSet.PageWords);
    }
}
