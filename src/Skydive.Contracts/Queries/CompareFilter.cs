using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>The field holds a number that compares with another in the given way. NaN compares with nothing.</summary>
public sealed record CompareFilter : FieldFilter
{
    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="comparison">How to compare.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="ArgumentException">The value is no number.</exception>
    public CompareFilter(string key, Comparison comparison, MetadataValue value)
        : base(key)
    {
        if (!value.TryGetDouble(out double number) || double.IsNaN(number))
        {
            throw new ArgumentException($"{key} can only be compared with a number", nameof(value));
        }

        Comparison = comparison;
        Value = value;
    }

    /// <summary>How to compare.</summary>
    public Comparison Comparison { get; }

    /// <summary>The number to compare with.</summary>
    public MetadataValue Value { get; }

    private protected override bool MatchesValue(MetadataValue value)
    {
        if (!value.TryGetDouble(out double number) || double.IsNaN(number))
        {
            return false;
        }

        int order = MetadataOrder.Instance.Compare(value, Value);
        return Comparison switch
        {
            Comparison.LessThan => order < 0,
            Comparison.LessThanOrEqual => order <= 0,
            Comparison.GreaterThan => order > 0,
            _ => order >= 0,
        };
    }
}
