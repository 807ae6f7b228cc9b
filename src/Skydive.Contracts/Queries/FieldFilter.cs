using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>A condition on the value of one field; where the field holds a list, one that is met by the list or by any element of it.</summary>
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

    private bool MatchesAny(MetadataValue value)
    {
        // A list as a whole may be what is asked for.
        if (MatchesValue(value))
        {
            return true;
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
