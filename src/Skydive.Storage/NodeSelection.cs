using Skydive.Contracts.Queries;

namespace Skydive.Storage;

/// <summary>What a condition says of the nodes that can meet it, in terms of how they are stored. What is selected still has to be checked against the condition.</summary>
/// <param name="Identifiers">Their identifiers; null when the condition does not name them.</param>
/// <param name="Texts">Texts of which each has at least one somewhere in its metadata; null when that cannot be said.</param>
internal sealed record NodeSelection(IReadOnlyList<string>? Identifiers, IReadOnlyList<string>? Texts)
{
    /// <summary>More alternatives are not worth looking for one by one.</summary>
    private const int MaximumTexts = 8;

    /// <summary>How many identifiers are looked up one by one.</summary>
    private const int MaximumIdentifiers = 1000;

    /// <summary>Any node.</summary>
    public static readonly NodeSelection All = new(null, null);

    /// <summary>What a condition says; <see cref="All"/> when nothing of use.</summary>
    /// <param name="filter">The condition; null for none.</param>
    public static NodeSelection Of(Filter? filter) => filter switch
    {
        EqualFilter { Key: "@ID", Value.AsString: { } id } => new([id], null),
        WithinFilter { Key: "@ID" } within when within.Values.Count <= MaximumIdentifiers => new([.. within.Values.Select(static value => value.AsString).OfType<string>()], null),
        EqualFilter { Value.AsString: { Length: > 0 } text } equal when IsMetadata(equal.Key) => new(null, [text]),
        WithinFilter within when within.Values.Count <= MaximumTexts && IsMetadata(within.Key) && within.Values.All(static value => value.AsString is { Length: > 0 }) =>
            new(null, [.. within.Values.Select(static value => value.AsString!)]),
        AllFilter all => all.Filters.Select(Of).Aggregate(All, Narrower),
        AnyFilter { Filters.Count: > 0 } any => any.Filters.Select(Of).Aggregate(Either),
        _ => All,
    };

    // Members of the node itself are not in its metadata.
    private static bool IsMetadata(string key) => key.Length > 0 && key[0] != '@';

    private static NodeSelection Narrower(NodeSelection left, NodeSelection right)
    {
        if (left.Identifiers is not null || right.Identifiers is not null)
        {
            return right.Identifiers is null || left.Identifiers?.Count <= right.Identifiers.Count ? left : right;
        }

        // Long texts are names and addresses, short ones types and states.
        return right.Texts is null || (left.Texts is not null && Rank(left.Texts) >= Rank(right.Texts)) ? left : right;
    }

    private static int Rank(IReadOnlyList<string> texts) => texts.Min(static text => text.Length) - (4 * texts.Count);

    private static NodeSelection Either(NodeSelection left, NodeSelection right) => (left, right) switch
    {
        ({ Identifiers: { } some }, { Identifiers: { } others }) when some.Count + others.Count <= MaximumIdentifiers => new([.. some, .. others], null),
        ({ Texts: { } some }, { Texts: { } others }) when some.Count + others.Count <= MaximumTexts => new(null, [.. some, .. others]),
        _ => All,
    };
}
