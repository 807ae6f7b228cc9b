using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>A condition on the value of one field.</summary>
public abstract record FieldFilter : Filter
{
    private protected FieldFilter(string key)
    {
        Key = key;
        Path = FieldPath.Parse(key);
    }

    /// <summary>The field's name, with dots for nested maps.</summary>
    public string Key { get; }

    /// <summary>The name, split.</summary>
    [JsonIgnore]
    public FieldPath Path { get; }

    /// <inheritdoc/>
    public override bool Matches(IFieldSource element) => element.TryGetField(Path, out var value) && MatchesAny(value);

    private protected abstract bool MatchesValue(MetadataValue value);

    private protected bool MatchesAny(MetadataValue value)
    {
        if (value.Kind != MetadataKind.List)
        {
            return MatchesValue(value);
        }

        foreach (var element in value.Elements)
        {
            if (MatchesAny(element))
            {
                return true;
            }
        }

        return false;
    }
}
