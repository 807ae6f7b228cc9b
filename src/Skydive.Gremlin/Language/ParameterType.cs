namespace Skydive.Gremlin.Language;

/// <summary>What may stand as an argument.</summary>
internal enum ParameterType
{
    /// <summary>The name of a field, with dots for nested ones.</summary>
    Key,

    /// <summary>The identifier of a node or edge.</summary>
    Identifier,

    /// <summary>Any text.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>An integer that is not negative and fits 32 bits.</summary>
    Count,

    /// <summary>An integer greater than zero that fits 32 bits.</summary>
    Positive,

    /// <summary>A text, a number, true or false.</summary>
    Literal,

    /// <summary>A literal or a predicate.</summary>
    Value,

    /// <summary>ASC or DESC.</summary>
    Direction,

    /// <summary>A time: NOW, a date, a Go duration relative to now, or seconds or milliseconds since 1970.</summary>
    Time,

    /// <summary>A span of time: seconds, a Go duration, or FOREVER.</summary>
    Duration,

    /// <summary>Metadata(key, value, …).</summary>
    Metadata,

    /// <summary>Steps that are followed from each element by itself, such as <c>Out().Has('Type', 'bridge')</c>.</summary>
    Traversal,

    /// <summary>Within(name, …) or Without(name, …), with names that As has given.</summary>
    Membership,
}
