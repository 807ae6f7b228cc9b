using System.Text.Json.Serialization;

namespace Skydive.Contracts.Errors;

/// <summary>
/// An error as a problem document (RFC 9457), given to clients that accept <c>application/problem+json</c>; others get the text of
/// <see cref="Detail"/>, as from Skydive. Member names are those of the RFC; <c>code</c>, <c>offset</c>, <c>line</c>, <c>column</c> and
/// <c>expected</c> are extensions.
/// </summary>
public sealed record ApiError
{
    /// <summary>Media type of the document.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>The HTTP status.</summary>
    [JsonPropertyName("status")]
    public required int Status { get; init; }

    /// <summary>A stable word for programs, such as <c>GremlinSyntaxError</c>.</summary>
    [JsonPropertyName("code")]
    public required string Code { get; init; }

    /// <summary>What, which, why: one line for people.</summary>
    [JsonPropertyName("detail")]
    public required string Detail { get; init; }

    /// <summary>Where in a query, counted from 0 in characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyName("offset")]
    public int? Offset { get; init; }

    /// <summary>Line in a query, counted from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyName("line")]
    public int? Line { get; init; }

    /// <summary>Column in a query, counted from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyName("column")]
    public int? Column { get; init; }

    /// <summary>What would have been accepted there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonPropertyName("expected")]
    public IReadOnlyList<string>? Expected { get; init; }
}
