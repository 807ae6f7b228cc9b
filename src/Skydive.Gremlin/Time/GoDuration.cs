using System.Globalization;

namespace Skydive.Gremlin.Time;

/// <summary>Durations as Go writes them: <c>-1h30m</c>, <c>1.5s</c>, <c>500ms</c>, <c>0</c>.</summary>
/// <remarks>The units are ns, us (or µs), ms, s, m and h; see time.ParseDuration of Go.</remarks>
public static class GoDuration
{
    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration, cut to 100 ns.</param>
    /// <returns>False when the text is no duration, or one that is longer than 292 years.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        bool isNegative = false;
        if (rest is ['-' or '+', ..])
        {
            isNegative = rest[0] == '-';
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        decimal nanoseconds = 0;
        while (!rest.IsEmpty)
        {
            int length = rest.IndexOfAnyExcept("0123456789.");
            if (length <= 0
                || length > 24
                || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            {
                return false;
            }

            rest = rest[length..];
            if (!TryReadUnit(ref rest, out long unit) || number > long.MaxValue / unit)
            {
                return false;
            }

            nanoseconds += number * unit;
            if (nanoseconds > long.MaxValue)
            {
                return false;
            }
        }

        duration = TimeSpan.FromTicks((long)(nanoseconds / TimeSpan.NanosecondsPerTick));
        duration = isNegative ? -duration : duration;
        return true;
    }

    private static bool TryReadUnit(ref ReadOnlySpan<char> rest, out long nanoseconds)
    {
        int length;
        (length, nanoseconds) = rest switch
        {
            ['n', 's', ..] => (2, 1L),
            ['u' or '\u00B5' or '\u03BC', 's', ..] => (2, 1_000L),
            ['m', 's', ..] => (2, 1_000_000L),
            ['s', ..] => (1, 1_000_000_000L),
            ['m', ..] => (1, 60_000_000_000L),
            ['h', ..] => (1, 3_600_000_000_000L),
            _ => (0, 0L),
        };
        rest = rest[length..];
        return length > 0;
    }
}
