using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin;

/// <summary>Makes errors that say where they are.</summary>
internal static class Diagnostics
{
    private const int MaximumExcerpt = 40;

    /// <summary>An error at a place; <c>at line n, column n</c> is put between the message and the hint.</summary>
    /// <param name="text">The query.</param>
    /// <param name="reason">What kind of error.</param>
    /// <param name="span">The place.</param>
    /// <param name="message">What was found.</param>
    /// <param name="expected">What would have been accepted.</param>
    /// <param name="hint">What follows the place, such as <c>did you mean 'Has'?</c>; null for none.</param>
    public static GremlinException Error(
        string text, GremlinErrorReason reason, SourceSpan span, string message, IReadOnlyList<string>? expected = null, string? hint = null)
    {
        var position = TextPosition.At(text, span.Start);
        return new(reason, hint is null ? $"{message} at {position}" : $"{message} at {position}; {hint}", position, span.Length, expected);
    }

    /// <summary>An error whose message stands for itself, as Skydive words it, but whose place is known.</summary>
    /// <param name="text">The query.</param>
    /// <param name="reason">What kind of error.</param>
    /// <param name="span">The place.</param>
    /// <param name="message">The whole message.</param>
    public static GremlinException Plain(string text, GremlinErrorReason reason, SourceSpan span, string message) =>
        new(reason, message, TextPosition.At(text, span.Start), span.Length);

    /// <summary>A part of a query, cut when it is long, without control characters.</summary>
    /// <param name="text">The query.</param>
    /// <param name="span">The part.</param>
    /// <param name="maximum">How many code units are kept.</param>
    public static string Excerpt(string text, SourceSpan span, int maximum = MaximumExcerpt) =>
        span.Length <= maximum
            ? Printable(text.AsSpan(span.Start, span.Length))
            : string.Concat(Printable(text.AsSpan(span.Start, maximum)), "…");

    /// <summary>Text that keeps an error on one line: control characters and halves of surrogate pairs are replaced.</summary>
    /// <param name="text">The text.</param>
    public static string Printable(ReadOnlySpan<char> text)
    {
        char[] result = text.ToArray();
        for (int i = 0; i < result.Length; i++)
        {
            bool isPair = char.IsHighSurrogate(result[i]) && i + 1 < result.Length && char.IsLowSurrogate(result[i + 1]);
            if (isPair)
            {
                i++;
            }
            else if (char.IsControl(result[i]) || char.IsSurrogate(result[i]) || result[i] is '\u2028' or '\u2029')
            {
                result[i] = '\uFFFD';
            }
        }

        return new(result);
    }

    /// <summary>The name that a misspelt one probably stands for; null when none is near.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="names">What would be right.</param>
    public static string? Nearest(string name, IEnumerable<string> names)
    {
        // Longer names may hold more errors; with more than this, a guess is as likely wrong as right.
        int best = Math.Clamp(name.Length / 3, 1, 3) + 1;
        string? nearest = null;
        if (name.Length > 64)
        {
            return null;
        }

        foreach (string candidate in names)
        {
            int distance = Distance(name, candidate);
            if (distance < best)
            {
                best = distance;
                nearest = candidate;
            }
        }

        return nearest;
    }

    /// <summary>How many letters have to be put in, left out, replaced or swapped with their neighbour (optimal string alignment), whatever their case.</summary>
    private static int Distance(string left, string right)
    {
        var beforePrevious = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int cost = SameLetter(left[i - 1], right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && SameLetter(left[i - 1], right[j - 2]) && SameLetter(left[i - 2], right[j - 1]))
                {
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
                }
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[right.Length];
    }

    private static bool SameLetter(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
