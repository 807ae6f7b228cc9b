using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>The field holds the value, or a list that has it.</summary>
public sealed record EqualFilter : FieldFilter
{
    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="value">The value.</param>
    public EqualFilter(string key, MetadataValue value)
        : base(key) => Value = value;

    /// <summary>The value.</summary>
    public MetadataValue Value { get; }

    private protected override bool MatchesValue(MetadataValue value) => value.Equals(Value);
}
