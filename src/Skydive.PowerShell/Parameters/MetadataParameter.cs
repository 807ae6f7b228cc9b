using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Skydive.Contracts.Metadata;

namespace Skydive.PowerShell;

/// <summary>Hashtables as the client takes them: text keys, values without PowerShell's wrapping.</summary>
internal static class MetadataParameter
{
    public static IReadOnlyList<KeyValuePair<string, object?>> Pairs(IDictionary? table)
    {
        var pairs = new List<KeyValuePair<string, object?>>();
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            pairs.Add(new(entry.Key.ToString()!, Unwrap(entry.Value)));
        }

        // A hashtable has no order, but the same command should give the same query.
        pairs.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return pairs;
    }

    /// <summary>A hashtable as metadata: texts, numbers, truth values, lists and hashtables.</summary>
    /// <exception cref="ArgumentException">A value is none of these.</exception>
    public static MetadataMap ToMap(IDictionary? table)
    {
        var builder = new MetadataBuilder();
        foreach (var (key, value) in Pairs(table))
        {
            builder.Set(key, ToValue(key, value));
        }

        return builder.Build();
    }

    /// <summary>A value as metadata.</summary>
    /// <exception cref="ArgumentException">It has no form in metadata.</exception>
    public static MetadataValue ToValue(string key, object? value) => value switch
    {
        null => throw new ArgumentException($"{key} has no value; -RemoveKey takes a key away"),
        string text => text,
        bool truth => truth,
        char character => character.ToString(),
        Enum member => member.ToString(),
        double or float or decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        ulong number => number <= long.MaxValue ? (long)number : throw new ArgumentException($"{key}: {number} is too large"),
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        DateTime time => new DateTimeOffset(time).ToUnixTimeMilliseconds(),
        IDictionary map => ToMap(map),
        IEnumerable list => MetadataValue.List([.. list.Cast<object?>().Select(item => ToValue(key, Unwrap(item)))]),
        Uri or Guid or Version or System.Net.IPAddress => value.ToString(),
        _ => throw new ArgumentException($"{key}: a {value.GetType().Name} has no form in metadata"),
    };

    public static object? Unwrap(object? value) => value switch
    {
        PSObject wrapped => Unwrap(wrapped.BaseObject),
        object?[] list => Array.ConvertAll(list, Unwrap),
        _ => value,
    };
}
