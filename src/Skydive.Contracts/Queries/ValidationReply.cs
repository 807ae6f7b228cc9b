using System.Text.Json.Serialization;

namespace Skydive.Contracts.Queries;

/// <summary>Answer of <c>POST /api/gremlin/validate</c>: whether a text is a query, without running it.</summary>
public sealed record ValidationReply
{
    /// <summary>Whether it is one.</summary>
    public required bool Valid { get; init; }

    /// <summary>What it yields: Graph, Nodes, Edges, Paths, Flows, Values, Value, Metrics, Sockets, RawPackets, Groups or Map; absent when it is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    /// <summary>How it would be run, in one line for people; absent when it is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Plan { get; init; }

    /// <summary>What is wrong; absent when it is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public QueryError? Error { get; init; }
}
