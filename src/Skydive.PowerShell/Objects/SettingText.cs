using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Security;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Skydive;

/// <summary>Values of settings as configuration files have them, from the objects that PowerShell has.</summary>
public static class SettingText
{
    /// <summary>A value as one text: elements of lists with spaces between, durations with a unit.</summary>
    /// <param name="value">The value; null gives nothing.</param>
    public static string Of(object? value) => value is null ? string.Empty : string.Join(' ', Elements(value));

    /// <summary>The texts of a value: of a list each element.</summary>
    /// <param name="value">The value.</param>
    internal static IReadOnlyList<string> Elements(object value) => MetadataOf(value) switch
    {
        string text => [text],
        SecureString secret => [new NetworkCredential(string.Empty, secret).Password],
        TimeSpan span => [Duration(span)],
        bool truth => [truth ? "true" : "false"],
        IDictionary map => [ToNode(map)!.ToJsonString()],
        IEnumerable list when list.Cast<object?>().Any(static element => Unwrap(element) is IDictionary) => [ToNode(list)!.ToJsonString()],
        IEnumerable list => [.. list.Cast<object?>().SelectMany(static element => element is null ? [] : Elements(element))],
        IFormattable number => [number.ToString(null, CultureInfo.InvariantCulture)],
        var other => [other.ToString() ?? string.Empty],
    };

    private static object MetadataOf(object value) => Unwrap(value) ?? string.Empty;

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private static string Duration(TimeSpan span)
    {
        var (ticks, unit) = span.Ticks switch
        {
            0 => (TimeSpan.TicksPerSecond, "s"),
            var all when all % TimeSpan.TicksPerDay == 0 => (TimeSpan.TicksPerDay, "d"),
            var all when all % TimeSpan.TicksPerHour == 0 => (TimeSpan.TicksPerHour, "h"),
            var all when all % TimeSpan.TicksPerMinute == 0 => (TimeSpan.TicksPerMinute, "m"),
            var all when all % TimeSpan.TicksPerSecond == 0 => (TimeSpan.TicksPerSecond, "s"),
            _ => (TimeSpan.TicksPerMillisecond, "ms"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{(double)span.Ticks / ticks}{unit}");
    }

    private static JsonNode? ToNode(object? value)
    {
        switch (Unwrap(value))
        {
            case null:
                return null;
            case string text:
                return JsonValue.Create(text);
            case IDictionary map:
                var members = new JsonObject();
                foreach (DictionaryEntry entry in map)
                {
                    members[entry.Key.ToString()!] = ToNode(entry.Value);
                }

                return members;
            case IEnumerable list:
                return new JsonArray([.. list.Cast<object?>().Select(ToNode)]);
            case bool truth:
                return JsonValue.Create(truth);
            case double or float or decimal:
                return JsonValue.Create(Convert.ToDouble(Unwrap(value), CultureInfo.InvariantCulture));
            case byte or short or int or long:
                return JsonValue.Create(Convert.ToInt64(Unwrap(value), CultureInfo.InvariantCulture));
            case PSObject custom:
                var properties = new JsonObject();
                foreach (var property in custom.Properties)
                {
                    properties[property.Name] = ToNode(property.Value);
                }

                return properties;
            case var other:
                return JsonValue.Create(other.ToString());
        }
    }
}
