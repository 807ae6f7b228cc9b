namespace Skydive.Contracts.Queries;

/// <summary>Body of <c>POST /api/topology</c>.</summary>
public sealed record TopologyQuery
{
    /// <summary>The query.</summary>
    public string? GremlinQuery { get; init; }
}
