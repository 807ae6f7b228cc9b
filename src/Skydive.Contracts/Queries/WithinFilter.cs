using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>The field holds one of several values, or a list that has one of them.</summary>
public sealed record WithinFilter : FieldFilter
{
    private readonly HashSet<MetadataValue> _values;

    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="values">The values.</param>
    public WithinFilter(string key, IReadOnlyList<MetadataValue> values)
        : base(key)
    {
        Values = values;
        _values = [.. values];
    }

    /// <summary>The values.</summary>
    public IReadOnlyList<MetadataValue> Values { get; }

    private protected override bool MatchesValue(MetadataValue value) => _values.Contains(value);
}
