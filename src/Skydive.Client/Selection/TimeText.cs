using System.Globalization;

namespace Skydive.Client.Selection;

/// <summary>Times and spans as people write them.</summary>
public static class TimeText
{
    private static readonly string[] s_rfc3339 = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mmK", "yyyy-MM-dd"];

    /// <summary>
    /// Reads a span: numbers with units (<c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>1.5d</c>, <c>2w</c>), or .NET's form
    /// (<c>00:05:00</c>).
    /// </summary>
    /// <param name="text">The text, without sign.</param>
    /// <param name="span">The span.</param>
    /// <returns>False when the text is no span, or one beyond <see cref="TimeSpan"/>.</returns>
    public static bool TryParseSpan(string text, out TimeSpan span)
    {
        span = default;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return false;
        }

        if (rest.Contains(':'))
        {
            return TimeSpan.TryParse(rest, CultureInfo.InvariantCulture, out span) && span >= TimeSpan.Zero;
        }

        double milliseconds = 0;
        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return false;
            }

            rest = rest[digits..];
            int letters = rest.IndexOfAny("0123456789.");
            var unit = letters < 0 ? rest : rest[..letters];
            double factor = unit switch
            {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                "w" => 7 * 86_400_000.0,
                _ => 0,
            };
            if (factor == 0)
            {
                return false;
            }

            milliseconds += number * factor;
            rest = rest[unit.Length..];
        }

        if (milliseconds > TimeSpan.MaxValue.TotalMilliseconds / 2)
        {
            return false;
        }

        span = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }

    /// <summary>
    /// Reads a point in time: <c>now</c>, a span ago with or without a dash (<c>-5m</c>), or a date and time as RFC 3339 writes it; without
    /// an offset it is local.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="now">The time that now is.</param>
    /// <param name="time">The time.</param>
    /// <returns>False when the text is no time.</returns>
    public static bool TryParseTime(string text, DateTimeOffset now, out DateTimeOffset time)
    {
        string trimmed = text.Trim();
        time = now;
        if (trimmed.Equals("now", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (TryParseSpan(trimmed.StartsWith('-') ? trimmed[1..] : trimmed, out var ago))
        {
            if (now - DateTimeOffset.UnixEpoch < ago)
            {
                return false;
            }

            time = now - ago;
            return true;
        }

        return DateTimeOffset.TryParseExact(trimmed, s_rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out time);
    }
}
