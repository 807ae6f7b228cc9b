using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>
/// A condition on the fields of a node, an edge or a flow: what Gremlin's Has steps become, and what is pushed down to graph, store and
/// agents. Immutable; safe for use by several threads at once. Where a field holds a list, a condition on a value is met when any element
/// meets it. Written as JSON with the kind in <c>$type</c>; reading refuses what is malformed with a <see cref="System.Text.Json.JsonException"/>.
/// </summary>
[JsonConverter(typeof(FilterJsonConverter))]
public abstract record Filter
{
    /// <summary>Whether an element meets the condition.</summary>
    /// <param name="element">The element.</param>
    public abstract bool Matches(IFieldSource element);

    /// <summary>Both conditions; null stands for no condition.</summary>
    /// <param name="left">One condition.</param>
    /// <param name="right">The other.</param>
    public static Filter? And(Filter? left, Filter? right) => (left, right) switch
    {
        (null, _) => right,
        (_, null) => left,
        (AllFilter all, _) => new AllFilter([.. all.Filters, right]),
        _ => new AllFilter([left, right]),
    };

    /// <summary>The field holds the value, or a list with it.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="value">The value.</param>
    public static Filter Equal(string key, MetadataValue value) => new EqualFilter(key, value);

    /// <summary>The field exists and differs from the value.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="value">The value.</param>
    public static Filter NotEqual(string key, MetadataValue value) => new AllFilter([new ExistsFilter(key), new NotFilter(new EqualFilter(key, value))]);
}
