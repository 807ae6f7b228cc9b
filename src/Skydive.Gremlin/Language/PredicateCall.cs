using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Plans;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Language;

/// <summary>A predicate with arguments that fit its signature, as it is handed to <see cref="PredicateDefinition.Make"/>.</summary>
/// <param name="binder">Who binds the query.</param>
/// <param name="key">The key that the predicate is about.</param>
/// <param name="syntax">The predicate as it was written.</param>
internal sealed class PredicateCall(Binder binder, string key, CallSyntax syntax)
{
    /// <summary>The key that the predicate is about.</summary>
    public string Key => key;

    /// <summary>An argument that is a literal.</summary>
    public MetadataValue Value(int index) => ((LiteralSyntax)syntax.Arguments[index]).Value;

    /// <summary>An argument that is text.</summary>
    public string Text(int index) => Value(index).AsString!;

    /// <summary>All arguments, which are literals.</summary>
    public MetadataValue[] Values() => [.. syntax.Arguments.Select(static argument => ((LiteralSyntax)argument).Value)];

    /// <summary>The conditions that the arguments, literals or predicates, are for the key.</summary>
    public Filter[] Conditions() => [.. syntax.Arguments.Select(argument => binder.Condition(key, argument))];
}
