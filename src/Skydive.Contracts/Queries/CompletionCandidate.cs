using System.Text.Json;

namespace Skydive.Contracts.Queries;

/// <summary>Something that may stand at a place in a query.</summary>
public sealed record CompletionCandidate
{
    /// <summary>What to put in place of the replaced part, such as <c>Has(</c> or <c>'Type'</c>.</summary>
    public required string Text { get; init => field = value ?? throw new JsonException("Text of a candidate is null"); }

    /// <summary>What to show, such as <c>Has</c>.</summary>
    public required string Label { get; init => field = value ?? throw new JsonException("Label of a candidate is null"); }

    /// <summary>What it is: Step, Predicate, Key, Value, Word or Name.</summary>
    public required string Kind { get; init => field = value ?? throw new JsonException("Kind of a candidate is null"); }

    /// <summary>One line about it; empty when there is nothing to say.</summary>
    public string Description { get; init => field = value ?? string.Empty; } = string.Empty;
}
