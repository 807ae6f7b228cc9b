using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>The field holds a number that compares with another in the given way.</summary>
public sealed record CompareFilter : FieldFilter
{
    private readonly double _number;
    private readonly long _integer;
    private readonly bool _isInteger;

    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="comparison">How to compare.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="ArgumentException">The value is no number.</exception>
    public CompareFilter(string key, Comparison comparison, MetadataValue value)
        : base(key)
    {
        if (!value.TryGetDouble(out _number))
        {
            throw new ArgumentException($"{key} can only be compared with a number", nameof(value));
        }

        Comparison = comparison;
        Value = value;
        _isInteger = value.TryGetInteger(out _integer);
    }

    /// <summary>How to compare.</summary>
    public Comparison Comparison { get; }

    /// <summary>The number to compare with.</summary>
    public MetadataValue Value { get; }

    private protected override bool MatchesValue(MetadataValue value)
    {
        int order;
        if (_isInteger && value.TryGetInteger(out long integer))
        {
            order = integer.CompareTo(_integer);
        }
        else if (value.TryGetDouble(out double number))
        {
            order = number.CompareTo(_number);
        }
        else
        {
            return false;
        }

        return Comparison switch
        {
            Comparison.LessThan => order < 0,
            Comparison.LessThanOrEqual => order <= 0,
            Comparison.GreaterThan => order > 0,
            _ => order >= 0,
        };
    }
}
