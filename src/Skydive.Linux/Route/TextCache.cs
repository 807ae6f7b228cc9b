using System.Text;

namespace Skydive.Linux.Route;

/// <summary>
/// Hands out one string for equal bytes most of the time: interface names and kinds are few and come again in every namespace and dump.
/// A fixed number of places, each overwritten by the next text that falls on it, so that it never grows.
/// </summary>
/// <remarks>Any thread: the worst of a race is a string too many.</remarks>
internal static class TextCache
{
    private const int Places = 4096;
    private const int LongestCached = 32;

    private static readonly string?[] s_places = new string?[Places];

    /// <summary>The text of UTF-8 bytes.</summary>
    internal static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return string.Empty;
        }

        if (utf8.Length > LongestCached)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        // FNV-1a: a few nanoseconds for a name, and spreads names that differ in their last digit.
        uint hash = 2166136261;
        foreach (byte value in utf8)
        {
            hash = (hash ^ value) * 16777619;
        }

        ref string? place = ref s_places[(hash ^ (hash >> 16)) & (Places - 1)];
        string? cached = Volatile.Read(ref place);
        if (cached is not null && Ascii.Equals(utf8, cached))
        {
            return cached;
        }

        string made = Encoding.UTF8.GetString(utf8);
        Volatile.Write(ref place, made);
        return made;
    }
}
