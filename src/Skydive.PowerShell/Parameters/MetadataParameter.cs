using System.Collections;
using System.Management.Automation;

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

    public static object? Unwrap(object? value) => value switch
    {
        PSObject wrapped => Unwrap(wrapped.BaseObject),
        object?[] list => Array.ConvertAll(list, Unwrap),
        _ => value,
    };
}
