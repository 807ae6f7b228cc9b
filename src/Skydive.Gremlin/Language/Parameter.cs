using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Language;

/// <summary>A place for an argument.</summary>
/// <param name="Name">What it is called in usage texts.</param>
/// <param name="Type">What may stand there.</param>
internal sealed record Parameter(string Name, ParameterType Type)
{
    public static readonly Parameter Key = new("key", ParameterType.Key);
    public static readonly Parameter Value = new("value", ParameterType.Value);
    public static readonly Parameter Literal = new("value", ParameterType.Literal);
    public static readonly Parameter Identifier = new("id", ParameterType.Identifier);
    public static readonly Parameter Direction = new("ASC|DESC", ParameterType.Direction);
    public static readonly Parameter Traversal = new("steps", ParameterType.Traversal);
    public static readonly Parameter Depth = new("depth", ParameterType.Count);

    /// <summary>What may stand here, for people.</summary>
    public string Description => Type switch
    {
        ParameterType.Key => "a key in quotes",
        ParameterType.Identifier => "an identifier in quotes",
        ParameterType.Text => "a text in quotes",
        ParameterType.Number => "a number",
        ParameterType.Count => $"an integer from 0 to {int.MaxValue}",
        ParameterType.Positive => $"an integer from 1 to {int.MaxValue}",
        ParameterType.Literal => "a text in quotes, a number, true or false",
        ParameterType.Value => "a text in quotes, a number, true, false or a predicate",
        ParameterType.Direction => "ASC or DESC",
        ParameterType.Time => "NOW, a date, a duration such as '-1m' or a number of seconds or milliseconds since 1970",
        ParameterType.Duration => "a number of seconds, a duration such as '1h30m' or FOREVER",
        ParameterType.Traversal => "steps such as Out('Type', 'bridge')",
        ParameterType.Membership => "Within(name, …) or Without(name, …)",
        _ => "Metadata(key, value, …)",
    };

    /// <summary>Whether an argument may stand here, as far as its form goes.</summary>
    /// <param name="argument">The argument.</param>
    public bool Accepts(ArgumentSyntax argument) => Type switch
    {
        ParameterType.Key or ParameterType.Identifier or ParameterType.Text => argument is LiteralSyntax { Value.AsString: not null },
        ParameterType.Number => argument is LiteralSyntax literal && literal.Value.TryGetDouble(out _),
        ParameterType.Count => argument is LiteralSyntax literal && literal.Value.TryGetInteger(out long number) && number is >= 0 and <= int.MaxValue,
        ParameterType.Positive => argument is LiteralSyntax literal && literal.Value.TryGetInteger(out long number) && number is > 0 and <= int.MaxValue,
        ParameterType.Literal => argument is LiteralSyntax,
        ParameterType.Value => argument is LiteralSyntax || (argument is CallSyntax call && PredicateCatalog.Find(call.Name) is { IsMetadata: false }),
        ParameterType.Direction => Words.IsAscending(argument) || Words.IsDescending(argument),
        ParameterType.Time => IsTimeLiteral(argument) || Words.IsNow(argument),
        ParameterType.Duration => IsTimeLiteral(argument) || Words.IsForever(argument),
        ParameterType.Traversal => argument is TraversalSyntax || (argument is CallSyntax call && StepCatalog.Find(call.Name) is not null),
        ParameterType.Membership => argument is CallSyntax call && PredicateCatalog.Find(call.Name) is { IsMembership: true },
        _ => argument is CallSyntax call && PredicateCatalog.Find(call.Name) is { IsMetadata: true },
    };

    private static bool IsTimeLiteral(ArgumentSyntax argument) =>
        argument is LiteralSyntax literal && (literal.Value.AsString is not null || literal.Value.TryGetInteger(out _));
}
