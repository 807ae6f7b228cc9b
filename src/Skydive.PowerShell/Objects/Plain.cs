using System.Collections.Specialized;
using Skydive.Contracts.Metadata;

namespace Skydive;

/// <summary>Wire values as the plain objects that PowerShell shows, exports and imports well.</summary>
internal static class Plain
{
    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, 253402300799999)).ToLocalTime();

    public static DateTimeOffset? TimeOrNull(long milliseconds) => milliseconds == 0 ? null : Time(milliseconds);

    public static OrderedDictionary Map(MetadataMap map)
    {
        var dictionary = new OrderedDictionary(map.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in map)
        {
            dictionary[key] = Value(value);
        }

        return dictionary;
    }

    public static object? Value(MetadataValue value)
    {
        if (value.AsMap is { } map)
        {
            return Map(map);
        }

        if (value.Kind != MetadataKind.List)
        {
            return value.ToObject();
        }

        var elements = value.Elements;
        object?[] list = new object?[elements.Length];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = Value(elements[i]);
        }

        return list;
    }
}
