namespace Skydive;

/// <summary>One key of an element's metadata that changed.</summary>
public sealed class MetadataChange
{
    internal MetadataChange(string key, object? before, object? after)
    {
        Key = key;
        Before = before;
        After = after;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value before; null when the key is new.</summary>
    public object? Before { get; }

    /// <summary>The value after; null when the key is gone.</summary>
    public object? After { get; }

    /// <summary>Key and both values.</summary>
    public override string ToString() => $"{Key}: {Text(Before)} → {Text(After)}";

    private static string Text(object? value) => value switch
    {
        null => "-",
        object?[] list => $"[{string.Join(", ", list.Select(Text))}]",
        System.Collections.IDictionary map => $"{{{string.Join(", ", map.Keys.Cast<object>().Select(key => $"{key}={Text(map[key])}"))}}}",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? string.Empty,
    };
}
