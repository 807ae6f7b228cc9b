using System.Globalization;
using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Time;

/// <summary>A point of time as it is written in a query: fixed, or relative to the time at which the query runs.</summary>
/// <param name="Milliseconds">Milliseconds since 1970-01-01 UTC, or from now.</param>
/// <param name="IsRelative">Whether they count from now.</param>
internal readonly record struct TimePoint(long Milliseconds, bool IsRelative)
{
    /// <summary>The time at which the query runs.</summary>
    public static readonly TimePoint Now = new(0, true);

    // Go reads what follows as a time zone's abbreviation and takes all but UTC and its own zone for UTC; here only names of UTC pass.
    private static readonly string[] s_formats =
    [
        "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        "ddd, dd MMM yyyy HH:mm:ss 'UTC'",
        "ddd, dd MMM yyyy HH:mm:ss zzz",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>
    /// Reads a time: RFC 1123, RFC 3339, a Go duration relative to now, or seconds (up to 2^31 − 1) or milliseconds since 1970-01-01 UTC.
    /// </summary>
    /// <param name="value">A text or an integer.</param>
    /// <param name="time">The time.</param>
    /// <returns>False when it is no time.</returns>
    public static bool TryParse(MetadataValue value, out TimePoint time)
    {
        if (value.TryGetInteger(out long number))
        {
            time = new(number <= int.MaxValue ? number * 1000 : number, false);
            return number >= 0;
        }

        time = default;
        if (value.AsString is not { } text)
        {
            return false;
        }

        if (GoDuration.TryParse(text, out var duration))
        {
            time = new((long)Math.Floor(duration.TotalMilliseconds), true);
            return true;
        }

        if (!DateTimeOffset.TryParseExact(
            text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out var date))
        {
            return false;
        }

        time = new(date.ToUnixTimeMilliseconds(), false);
        return true;
    }

    /// <summary>The time in milliseconds since 1970-01-01 UTC; not before 1970.</summary>
    /// <param name="now">The time at which the query runs.</param>
    public long Resolve(DateTimeOffset now) => Math.Max(0, IsRelative ? now.ToUnixTimeMilliseconds() + Milliseconds : Milliseconds);
}
