using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Queries;

/// <summary>What is wrong with a query, and where.</summary>
public sealed record QueryError
{
    /// <summary>A stable word for programs: Syntax, InvalidStep or InvalidArgument.</summary>
    public required string Reason { get; init => field = value ?? throw new JsonException("Reason of an error is null"); }

    /// <summary>What was found, where, and what was expected: one line for people.</summary>
    public required string Message { get; init => field = value ?? throw new JsonException("Message of an error is null"); }

    /// <summary>Where, counted from 0 in UTF-16 code units; absent when it belongs to no place.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Offset { get; init; }

    /// <summary>How many code units are concerned; 0 at the end of the query.</summary>
    public int Length { get; init; }

    /// <summary>The line, counted from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }

    /// <summary>The column, counted from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Column { get; init; }

    /// <summary>What would have been accepted there, best guess first; empty when that cannot be listed.</summary>
    public IReadOnlyList<string> Expected { get; init => field = value ?? []; } = [];
}
