namespace Skydive.Contracts.Queries;

/// <summary>Body of <c>POST /api/gremlin/complete</c>.</summary>
public sealed record CompletionRequest
{
    /// <summary>The query, finished or not.</summary>
    public string? GremlinQuery { get; init; }

    /// <summary>Where in it, counted from 0 in UTF-16 code units; absent for its end.</summary>
    public int? Position { get; init; }

    /// <summary>How many candidates are wanted at most, from 1 to 1000; absent for 100.</summary>
    public int? Limit { get; init; }
}
