using System.Runtime.InteropServices;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Topology;

/// <summary>One change of an element's metadata in a partial update.</summary>
public sealed record MetadataOperation
{
    /// <summary><see cref="Type"/> of an operation that sets a key.</summary>
    public const int Add = 1;

    /// <summary><see cref="Type"/> of an operation that removes a key.</summary>
    public const int Delete = 2;

    /// <summary>1 sets the key, 2 removes it.</summary>
    public required int Type { get; init; }

    /// <summary>The key, with dots for nested maps.</summary>
    public required string Key { get; init; }

    /// <summary>The new value; null when the key is removed.</summary>
    public MetadataValue Value { get; init; }

    /// <summary>The operations, by top-level key, that turn one map into another.</summary>
    /// <param name="before">The map as it was.</param>
    /// <param name="after">The map as it is.</param>
    public static IReadOnlyList<MetadataOperation> Between(MetadataMap before, MetadataMap after)
    {
        var operations = new List<MetadataOperation>();
        List<MetadataOperation>? deletions = null;

        // Both have their keys in order.
        var oldKeys = before.KeySpan;
        var newKeys = after.KeySpan;
        int i = 0;
        for (int j = 0; j < newKeys.Length; j++)
        {
            while (i < oldKeys.Length && string.CompareOrdinal(oldKeys[i], newKeys[j]) < 0)
            {
                (deletions ??= []).Add(new() { Type = Delete, Key = oldKeys[i++] });
            }

            bool isKnown = i < oldKeys.Length && oldKeys[i] == newKeys[j];
            if (!isKnown || !before.ValueSpan[i].Equals(after.ValueSpan[j]))
            {
                operations.Add(new() { Type = Add, Key = newKeys[j], Value = after.ValueSpan[j] });
            }

            i += isKnown ? 1 : 0;
        }

        for (; i < oldKeys.Length; i++)
        {
            (deletions ??= []).Add(new() { Type = Delete, Key = oldKeys[i] });
        }

        if (deletions is not null)
        {
            operations.AddRange(deletions);
        }

        return operations;
    }

    /// <summary>Applies operations to a map. An operation whose type is unknown is refused.</summary>
    /// <param name="metadata">The map as it is.</param>
    /// <param name="operations">What to change.</param>
    /// <exception cref="ArgumentException">An operation is neither 1 (add) nor 2 (delete), has no key, or nests too deeply.</exception>
    public static MetadataMap Apply(MetadataMap metadata, IEnumerable<MetadataOperation> operations)
    {
        // Most change the values of keys that are there: these are collected, and the map is copied once for all of them.
        List<(int Index, MetadataValue Value)>? changed = null;
        foreach (var operation in operations)
        {
            if (operation?.Key is not { } key)
            {
                throw new ArgumentException("metadata operation without a key");
            }

            if (operation.Type == Add && !key.Contains('.', StringComparison.Ordinal) && metadata.IndexOf(key) is var index and >= 0)
            {
                (changed ??= []).Add((index, operation.Value));
                continue;
            }

            metadata = Changed(metadata, changed);
            changed?.Clear();
            metadata = operation.Type switch
            {
                Add => metadata.With(key, operation.Value),
                Delete => metadata.Without(key),
                _ => throw new ArgumentException($"metadata operation {operation.Type} of key {key} is neither 1 (add) nor 2 (delete)"),
            };
        }

        return Changed(metadata, changed);
    }

    private static MetadataMap Changed(MetadataMap metadata, List<(int Index, MetadataValue Value)>? changed)
    {
        if (changed is null)
        {
            return metadata;
        }

        foreach (var (index, value) in changed)
        {
            if (!metadata.ValueSpan[index].Equals(value))
            {
                return metadata.WithValues(CollectionsMarshal.AsSpan(changed));
            }
        }

        return metadata;
    }
}
