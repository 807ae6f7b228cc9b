using System.Globalization;
using System.Net;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Metadata;

namespace Skydive.Service.Configuration;

/// <summary>Values of settings as others see them.</summary>
internal static class SettingValue
{
    /// <summary>A value as JSON has it: durations in seconds, sizes in bytes, addresses as texts.</summary>
    public static MetadataValue ToPlain(object? value) => value switch
    {
        null => default,
        TimeSpan duration => duration.Ticks % TimeSpan.TicksPerSecond == 0 ? duration.Ticks / TimeSpan.TicksPerSecond : duration.TotalSeconds,
        IPEndPoint endpoint => endpoint.ToString(),
        string[] list => MetadataValue.List(list.AsEnumerable()),
        long number => number,
        bool truth => truth,
        MetadataValue tree => tree,
        _ => value.ToString(),
    };

    /// <summary>What is shown of a secret: only whether it is set.</summary>
    public static MetadataValue Hide(object? value) => value is null or "" ? default : ConfigurationSetting.Hidden;

    /// <summary>A value as people write it, on one line: durations and sizes with a fitting unit, elements of lists with spaces between.</summary>
    /// <param name="value">The value as JSON has it.</param>
    /// <param name="type">Its <see cref="SettingType"/>.</param>
    public static string ToText(MetadataValue value, string type)
    {
        if (value.TryGetDouble(out double number))
        {
            return type switch
            {
                nameof(SettingType.Duration) => DurationText(TimeSpan.FromSeconds(number)),
                nameof(SettingType.Size) => SizeText((long)number),
                _ => value.ToString(),
            };
        }

        return value.Kind switch
        {
            MetadataKind.List when type == nameof(SettingType.TextList) => string.Join(' ', value.Elements.ToArray()),
            MetadataKind.Map or MetadataKind.List => MetadataJson.ToJson(value),
            MetadataKind.Null => string.Empty,
            _ => value.ToString(),
        };
    }

    private static string DurationText(TimeSpan duration)
    {
        var (ticks, unit) = duration.Ticks switch
        {
            0 => (TimeSpan.TicksPerSecond, "s"),
            var all when all % TimeSpan.TicksPerDay == 0 => (TimeSpan.TicksPerDay, "d"),
            var all when all % TimeSpan.TicksPerHour == 0 => (TimeSpan.TicksPerHour, "h"),
            var all when all % TimeSpan.TicksPerMinute == 0 => (TimeSpan.TicksPerMinute, "m"),
            var all when all % TimeSpan.TicksPerSecond == 0 => (TimeSpan.TicksPerSecond, "s"),
            _ => (TimeSpan.TicksPerMillisecond, "ms"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{(double)duration.Ticks / ticks}{unit}");
    }

    private static string SizeText(long bytes)
    {
        const string Units = "kMGT";
        int unit = -1;
        while (bytes != 0 && bytes % 1024 == 0 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes}{(unit < 0 ? string.Empty : Units[unit])}");
    }
}
