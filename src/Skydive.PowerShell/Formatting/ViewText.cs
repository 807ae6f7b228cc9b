using System.Globalization;
using System.Text;

namespace Skydive.PowerShell;

/// <summary>What the views in Formats/ call to make cells readable.</summary>
public static class ViewText
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    private static readonly string[] s_bitUnits = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];

    /// <summary>Bytes with a fitting unit: 999 B, 1.5 KiB.</summary>
    /// <param name="bytes">The bytes; null gives nothing.</param>
    public static string Bytes(object? bytes)
    {
        if (bytes is null)
        {
            return string.Empty;
        }

        double value = Convert.ToDouble(bytes, CultureInfo.InvariantCulture);
        int unit = 0;
        while (Math.Abs(value) >= 1024 && unit < s_units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        string format = unit == 0 || value >= 100 ? "0" : "0.0";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {s_units[unit]}";
    }

    /// <summary>Bytes for each second with a fitting unit.</summary>
    /// <param name="bytesPerSecond">The rate; null gives nothing.</param>
    public static string Rate(object? bytesPerSecond) => bytesPerSecond is null ? string.Empty : Bytes(bytesPerSecond) + "/s";

    /// <summary>Bits for each second with a fitting unit: 950 bit/s, 1.5 Mbit/s.</summary>
    /// <param name="bitsPerSecond">The rate; null gives nothing.</param>
    public static string BitRate(object? bitsPerSecond)
    {
        if (bitsPerSecond is null)
        {
            return string.Empty;
        }

        double value = Convert.ToDouble(bitsPerSecond, CultureInfo.InvariantCulture);
        int unit = 0;
        while (Math.Abs(value) >= 1000 && unit < s_bitUnits.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        string format = unit == 0 || value >= 100 ? "0" : "0.0";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {s_bitUnits[unit]}";
    }

    /// <summary>Bytes in hexadecimal with a blank after every second: <c>0200 0000 0001 …</c>.</summary>
    /// <param name="bytes">The bytes; anything else gives nothing.</param>
    /// <param name="limit">How many to show at most.</param>
    public static string Hex(object? bytes, int limit)
    {
        if (bytes is not byte[] data)
        {
            return string.Empty;
        }

        var text = new StringBuilder();
        for (int i = 0; i < data.Length && i < limit; i++)
        {
            text.Append(i > 0 && i % 2 == 0 ? " " : string.Empty).Append(data[i].ToString("x2", CultureInfo.InvariantCulture));
        }

        return data.Length > limit ? text.Append(" …").ToString() : text.ToString();
    }

    /// <summary>Bytes as a dump: offset, hexadecimal and text, 16 on a line.</summary>
    /// <param name="bytes">The bytes; anything else gives nothing.</param>
    public static string Dump(object? bytes)
    {
        if (bytes is not byte[] data)
        {
            return string.Empty;
        }

        var text = new StringBuilder();
        for (int line = 0; line < data.Length; line += 16)
        {
            byte[] part = data[line..Math.Min(line + 16, data.Length)];
            string shown = string.Concat(part.Select(static value => value is >= 0x20 and < 0x7f ? (char)value : '.'));
            text.Append(CultureInfo.InvariantCulture, $"{line:x4}  {Hex(part, 16),-39}  {shown}").Append(line + 16 < data.Length ? "\n" : string.Empty);
        }

        return text.ToString();
    }

    /// <summary>A span with a fitting unit: 12 µs, 3.4 ms, 5.6 s, 2m 03s, 4h 05m, 6d 07h.</summary>
    /// <param name="span">The span; null gives nothing.</param>
    public static string Span(object? span)
    {
        if (span is not TimeSpan time)
        {
            return string.Empty;
        }

        return time.Duration() switch
        {
            { TotalMilliseconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0} µs"),
            { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
            { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}m {time.Seconds:00}s"),
            { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}h {time.Minutes:00}m"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays}d {time.Hours:00}h"),
        };
    }

    /// <summary>A time of today as hours to milliseconds, another as date and minutes.</summary>
    /// <param name="time">The time; null gives nothing.</param>
    public static string Time(object? time)
    {
        DateTimeOffset? moment = time switch
        {
            DateTimeOffset offset => offset,
            DateTime local => new DateTimeOffset(local),
            _ => null,
        };
        return moment?.ToLocalTime() is { } shown
            ? shown.ToString(shown.Date == DateTime.Today ? "HH:mm:ss.fff" : "yy-MM-dd HH:mm", CultureInfo.InvariantCulture)
            : string.Empty;
    }
}
