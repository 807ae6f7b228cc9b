using System.Globalization;
using System.Text.Json;
using Skydive.Contracts.Services;

namespace Skydive.Service.LocalServices;

/// <summary>
/// Reads the lines that a service logs: <c>2026-03-01T03:12:00.123+00:00 info: Category[1] Message</c>, or JSON; and those of the journal. A line that is
/// neither came from elsewhere, such as the runtime's words about a crash, and is an error of its own.
/// </summary>
internal static class LogParser
{
    /// <summary>The levels, least important first.</summary>
    public static IReadOnlyList<string> Levels { get; } = ["Trace", "Debug", "Information", "Warning", "Error", "Critical"];

    private static readonly string[] s_shortLevels = ["trce", "dbug", "info", "warn", "fail", "crit"];

    /// <summary>Reads a line of a log file; null for an empty one.</summary>
    public static LogEntry? Parse(string line)
    {
        line = line.TrimEnd('\r');
        return string.IsNullOrWhiteSpace(line) ? null : ParseJson(line) ?? ParseText(line) ?? ParseOther(line);
    }

    /// <summary>Reads an entry of the journal, as <c>journalctl -o json</c> writes it; null when it has no message.</summary>
    public static LogEntry? ParseJournal(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("MESSAGE", out var message) || ReadMessage(message) is not { } text || Parse(text) is not { } entry)
            {
                return null;
            }

            if (entry.Time is not null)
            {
                return entry;
            }

            // systemd's own words about the unit, or a line past the log.
            bool isTimed = root.TryGetProperty("__REALTIME_TIMESTAMP", out var stamp) && long.TryParse(stamp.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
                && microseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
            string? level = root.TryGetProperty("PRIORITY", out var priority) ? priority.ToString() switch
            {
                "0" or "1" or "2" => "Critical",
                "3" => "Error",
                "4" => "Warning",
                "7" => "Debug",
                _ => "Information",
            } : null;
            return entry with
            {
                Time = isTimed ? DateTimeOffset.UnixEpoch.AddMicroseconds(long.Parse(stamp.ToString(), CultureInfo.InvariantCulture)) : null,
                Level = level ?? entry.Level,
                Category = root.TryGetProperty("SYSLOG_IDENTIFIER", out var identifier) ? identifier.ToString() : null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? ReadMessage(JsonElement message) => message.ValueKind switch
    {
        JsonValueKind.String => message.GetString(),

        // Bytes that are no text stand as numbers.
        JsonValueKind.Array => new string([.. message.EnumerateArray().Select(static item => item.TryGetByte(out byte value) && value is >= 0x20 and < 0x7f ? (char)value : '.')]),
        _ => null,
    };

    private static LogEntry? ParseText(string line)
    {
        int blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0
            || !DateTimeOffset.TryParse(line.AsSpan(0, blank), CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            || line.Length < blank + 7 || line[blank + 5] != ':' || Array.IndexOf(s_shortLevels, line[(blank + 1)..(blank + 5)]) is not (>= 0 and var level))
        {
            return null;
        }

        var rest = line.AsSpan(blank + 6).TrimStart();
        int bracket = rest.IndexOf('[');
        int end = bracket < 0 ? -1 : rest[bracket..].IndexOf(']');
        bool hasCategory = end > 0 && rest[..bracket].IndexOf(' ') < 0;
        return new()
        {
            Time = time,
            Level = Levels[level],
            Category = hasCategory ? rest[..bracket].ToString() : null,
            Message = (hasCategory ? rest[(bracket + end + 1)..].TrimStart() : rest).ToString(),
        };
    }

    private static LogEntry? ParseJson(string line)
    {
        if (line[0] != '{')
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (!root.TryGetProperty("LogLevel", out var level) || !root.TryGetProperty("Message", out var message))
            {
                return null;
            }

            string text = message.ToString();
            return new()
            {
                Time = root.TryGetProperty("Timestamp", out var stamp) && DateTimeOffset.TryParse(stamp.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time) ? time : null,
                Level = Levels.Contains(level.ToString(), StringComparer.Ordinal) ? level.ToString() : "Information",
                Category = root.TryGetProperty("Category", out var category) ? category.ToString() : null,
                Message = root.TryGetProperty("Exception", out var exception) && exception.ToString() is { Length: > 0 } stack ? $"{text} {stack.ReplaceLineEndings(" ")}" : text,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static LogEntry ParseOther(string line) =>
        new() { Level = line.Contains(": warning:", StringComparison.Ordinal) ? "Warning" : "Error", Message = line };
}
