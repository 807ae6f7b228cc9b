using System.Text;

namespace Skydive.Contracts.Queries.Patterns;

/// <summary>A set of Unicode code points in the making, as ranges, and its text as a character class of .NET.</summary>
/// <remarks>
/// .NET matches UTF-16 code units, RE2 code points. So what lies beyond U+FFFF is written as alternatives of surrogate pairs beside the class.
/// </remarks>
internal sealed class RuneRanges
{
    public const int Maximum = 0x10FFFF;

    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;
    private const int FirstAstral = 0x10000;
    private const string AnyPair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";

    private readonly List<(int First, int Last)> _ranges = [];
    private readonly StringBuilder _categories = new();

    /// <summary>Adds a range, both ends included.</summary>
    public void Add(int first, int last) => _ranges.Add((first, last));

    /// <summary>Adds ranges, given as their ends one after the other.</summary>
    public void Add(ReadOnlySpan<char> ends)
    {
        for (int i = 0; i + 1 < ends.Length; i += 2)
        {
            Add(ends[i], ends[i + 1]);
        }
    }

    /// <summary>Adds what is in none of the ranges.</summary>
    public void AddOthers(ReadOnlySpan<char> ends)
    {
        var others = new RuneRanges();
        others.Add(ends);
        foreach (var (first, last) in others.Complement())
        {
            Add(first, last);
        }
    }

    /// <summary>Adds a category of Unicode as .NET writes it, such as <c>\p{Lu}</c>. Of it only what lies below U+10000 is found.</summary>
    public void AddCategory(string category) => _categories.Append(category);

    /// <summary>Appends the class.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isNegated">Whether all that is not in the set is meant.</param>
    /// <param name="isRepeated">
    /// Whether it stands before <c>*</c> or <c>+</c>. There, the halves of a pair may be matched one after the other, which makes the class simpler.
    /// </param>
    public void AppendTo(StringBuilder output, bool isNegated, bool isRepeated)
    {
        var astral = isNegated ? [.. Complement().Where(static range => range.Last >= FirstAstral)] : Merged().Where(static range => range.Last >= FirstAstral).ToList();
        bool isAllAstral = astral is [(<= FirstAstral, Maximum)];
        bool withPairs = astral.Count > 0 && !(isRepeated && isAllAstral);
        if (withPairs)
        {
            output.Append("(?:");
        }

        AppendPlain(output, isNegated, withHalves: isRepeated && isAllAstral);
        if (withPairs)
        {
            if (isAllAstral)
            {
                output.Append('|').Append(AnyPair);
            }
            else
            {
                foreach (var (first, last) in astral)
                {
                    AppendPairs(output, Math.Max(first, FirstAstral), last);
                }
            }

            output.Append(')');
        }
    }

    private static void AppendUnit(StringBuilder output, int unit) => output.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{unit:X4}");

    private static void AppendRange(StringBuilder output, int first, int last)
    {
        AppendUnit(output, first);
        if (last > first)
        {
            AppendUnit(output.Append('-'), last);
        }
    }

    private static (int High, int Low) Halves(int rune) => (FirstSurrogate + ((rune - FirstAstral) >> 10), 0xDC00 + ((rune - FirstAstral) & 0x3FF));

    private static void AppendPairs(StringBuilder output, int first, int last)
    {
        while (first <= last)
        {
            // As many whole rows of 1,024 as there are, or what is left of one row.
            int rowEnd = first | 0x3FF;
            int end = Math.Min(last, rowEnd);
            if ((first & 0x3FF) == 0 && last >= rowEnd)
            {
                end = (last & 0x3FF) == 0x3FF ? last : ((last >> 10) << 10) - 1;
            }

            var (firstHigh, firstLow) = Halves(first);
            var (lastHigh, lastLow) = Halves(end);
            output.Append("|[");
            AppendRange(output, firstHigh, lastHigh);
            output.Append("][");
            AppendRange(output, firstLow, lastLow);
            output.Append(']');
            first = end + 1;
        }
    }

    private void AppendPlain(StringBuilder output, bool isNegated, bool withHalves)
    {
        int start = output.Length;
        output.Append(isNegated ? "[^" : "[");
        foreach (var (first, last) in Merged())
        {
            // A half of a pair is no character: it is in no set, and so excluded from each that is negated.
            if (first < FirstSurrogate)
            {
                AppendRange(output, first, Math.Min(last, FirstSurrogate - 1));
            }

            if (last > LastSurrogate && first < FirstAstral)
            {
                AppendRange(output, Math.Max(first, LastSurrogate + 1), Math.Min(last, FirstAstral - 1));
            }
        }

        output.Append(_categories);
        if (withHalves != isNegated)
        {
            AppendRange(output, FirstSurrogate, LastSurrogate);
        }

        if (output[^1] is '[' or '^')
        {
            // Nothing at all, or anything.
            output.Length = start;
            output.Append(isNegated ? @"[\s\S]" : @"[^\s\S]");
            return;
        }

        output.Append(']');
    }

    private List<(int First, int Last)> Merged()
    {
        var merged = new List<(int First, int Last)>(_ranges.Count);
        foreach (var (first, last) in _ranges.OrderBy(static range => range.First))
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return merged;
    }

    private List<(int First, int Last)> Complement()
    {
        var others = new List<(int First, int Last)>();
        int next = 0;
        foreach (var (first, last) in Merged())
        {
            if (first > next)
            {
                others.Add((next, first - 1));
            }

            next = last + 1;
        }

        if (next <= Maximum)
        {
            others.Add((next, Maximum));
        }

        return others;
    }
}
