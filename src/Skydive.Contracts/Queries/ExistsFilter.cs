using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>The field exists, whatever its value.</summary>
public sealed record ExistsFilter : Filter
{
    private readonly FieldPath _path;

    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name, with dots for nested maps.</param>
    public ExistsFilter(string key)
    {
        Key = key;
        _path = FieldPath.Parse(key);
    }

    /// <summary>The field's name.</summary>
    public string Key { get; }

    /// <inheritdoc/>
    public override bool Matches(IFieldSource element) => element.TryGetField(_path, out _);
}
