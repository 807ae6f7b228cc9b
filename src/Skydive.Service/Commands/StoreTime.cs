using System.Globalization;
using Skydive.Service.Configuration;

namespace Skydive.Service.Commands;

/// <summary>Reads times of the command line.</summary>
internal static class StoreTime
{
    /// <summary>Reads a time: RFC 3339, a duration ago with a dash in front, or seconds (up to 2^31 − 1) or milliseconds since 1970-01-01 UTC.</summary>
    /// <param name="text">The text; null for none.</param>
    /// <param name="now">The time.</param>
    /// <param name="otherwise">What no text stands for.</param>
    /// <param name="milliseconds">Milliseconds since 1970-01-01 UTC.</param>
    /// <returns>False when it is no time.</returns>
    public static bool TryParse(string? text, DateTimeOffset now, long otherwise, out long milliseconds)
    {
        milliseconds = otherwise;
        if (text is null)
        {
            return true;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            milliseconds = number <= int.MaxValue ? number * 1000 : number;
            return true;
        }

        if (text.StartsWith('-') && SettingParser.TryParseDuration(text[1..], out var ago))
        {
            milliseconds = now.ToUnixTimeMilliseconds() - (long)ago.TotalMilliseconds;
            return true;
        }

        if (!DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            return false;
        }

        milliseconds = date.ToUnixTimeMilliseconds();
        return true;
    }
}
