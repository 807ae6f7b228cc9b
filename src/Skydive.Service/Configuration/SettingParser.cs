using System.Globalization;
using System.Net;
using Skydive.Agent.MetadataFiles;
using Skydive.Contracts.Metadata;

namespace Skydive.Service.Configuration;

/// <summary>Turns the text of a setting into its value.</summary>
internal static class SettingParser
{
    /// <summary>Parses a text.</summary>
    /// <param name="definition">The setting.</param>
    /// <param name="text">The text.</param>
    /// <param name="value">The value.</param>
    /// <returns>What was expected instead; null when all is well.</returns>
    public static string? Parse(SettingDefinition definition, string text, out object value)
    {
        value = text;
        switch (definition.Type)
        {
            case SettingType.Text:
                return definition.Choices is { } choices && !choices.Contains(text, StringComparer.OrdinalIgnoreCase)
                    ? $"expected {string.Join(", ", choices)}" : null;
            case SettingType.TextList:
                value = SplitList(text);
                return null;
            case SettingType.Boolean:
                bool isBoolean = bool.TryParse(text, out bool truth);
                value = truth;
                return isBoolean ? null : "expected true or false";
            case SettingType.Integer:
                bool isInteger = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
                value = number;
                return isInteger && number >= definition.Minimum && number <= definition.Maximum
                    ? null : $"expected an integer from {definition.Minimum} to {definition.Maximum}";
            case SettingType.Duration:
                bool isDuration = TryParseDuration(text, out var duration);
                value = duration;
                return isDuration && duration.TotalMilliseconds >= definition.Minimum
                    ? null : "expected seconds, or a duration such as 500ms, 30s, 5m, 2h, 7d" + (definition.Minimum > 0 ? $", at least {definition.Minimum}ms" : string.Empty);
            case SettingType.Size:
                bool isSize = TryParseSize(text, out long size);
                value = size;
                return isSize && size >= definition.Minimum
                    ? null : "expected bytes, or a size such as 64k, 200M, 2G" + (definition.Minimum > 0 ? $", at least {definition.Minimum}" : string.Empty);
            case SettingType.Map or SettingType.MapList:
                return ParseTree(definition, text, out value);
            default:
                bool isEndpoint = TryParseEndpoint(text, out var endpoint);
                value = endpoint;
                return isEndpoint ? null : "expected address:port, such as 127.0.0.1:8082 or [::1]:8082";
        }
    }

    /// <summary>Looks whether a value has the shape of its setting.</summary>
    /// <returns>What was expected instead; null when all is well.</returns>
    public static string? CheckTree(SettingDefinition definition, MetadataValue value) => definition.Type switch
    {
        SettingType.Map => value.AsMap is null ? "expected keys and values, such as {rack: 7}" : null,
        _ => value.Kind != MetadataKind.List || value.Elements.ToArray().Any(static element => element.AsMap is null)
            ? "expected a list of keys and values, such as [{path: /etc/rack.json, type: json, name: rack}]" : null,
    };

    private static string? ParseTree(SettingDefinition definition, string text, out object value)
    {
        value = text;
        try
        {
            var tree = MetadataFormats.Parse("yaml", text);
            value = tree;
            return CheckTree(definition, tree);
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>The parts between spaces and commas; those inside brackets, as attributes have them, belong to a part.</summary>
    private static string[] SplitList(string text)
    {
        var parts = new List<string>();
        int start = 0;
        int depth = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            char character = i < text.Length ? text[i] : ',';
            depth += character switch { '[' => 1, ']' when depth > 0 => -1, _ => 0 };
            if (i == text.Length || (depth == 0 && (character == ',' || char.IsWhiteSpace(character))))
            {
                if (i > start)
                {
                    parts.Add(text[start..i]);
                }

                start = i + 1;
            }
        }

        return [.. parts];
    }

    /// <summary>Reads a duration: seconds, or a number with a unit such as <c>500ms</c> or <c>7d</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="duration">The duration.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        ReadOnlySpan<char> number = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        double? milliseconds = text.AsSpan(number.Length) switch
        {
            "" or "s" => 1000,
            "ms" => 1,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => null,
        };
        if (milliseconds is null
            || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount)
            || amount * milliseconds > TimeSpan.FromDays(36500).TotalMilliseconds)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(amount * milliseconds.Value);
        return true;
    }

    private static bool TryParseSize(string text, out long size)
    {
        size = 0;
        ReadOnlySpan<char> number = text.AsSpan().TrimEnd("kKMGTiB");
        int? shift = text.AsSpan(number.Length) switch
        {
            "" or "B" => 0,
            "k" or "K" or "kB" or "KiB" => 10,
            "M" or "MB" or "MiB" => 20,
            "G" or "GB" or "GiB" => 30,
            "T" or "TB" or "TiB" => 40,
            _ => null,
        };
        if (shift is null || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long amount) || amount > long.MaxValue >> shift.Value)
        {
            return false;
        }

        size = amount << shift.Value;
        return true;
    }

    private static bool TryParseEndpoint(string text, out IPEndPoint endpoint)
    {
        endpoint = new(IPAddress.Loopback, 0);
        string normalized = text.StartsWith(':') ? "127.0.0.1" + text
            : text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + text["localhost".Length..]
            : text.All(char.IsAsciiDigit) ? "127.0.0.1:" + text : text;
        int colon = normalized.LastIndexOf(':');
        bool hasPort = colon > 0 && (normalized.IndexOf(':', StringComparison.Ordinal) == colon || normalized[colon - 1] == ']');
        if (!hasPort || !IPEndPoint.TryParse(normalized, out var parsed))
        {
            return false;
        }

        endpoint = parsed;
        return true;
    }
}
