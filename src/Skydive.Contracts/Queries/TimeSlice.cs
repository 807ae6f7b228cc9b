using System.Text.Json.Serialization;

namespace Skydive.Contracts.Queries;

/// <summary>A span of time, both ends included, in milliseconds since 1970-01-01 UTC. Start equal to Last is a point in time.</summary>
/// <param name="Start">The first millisecond.</param>
/// <param name="Last">The last millisecond.</param>
public readonly record struct TimeSlice(long Start, long Last)
{
    /// <summary>Whether this is a point in time: elements are given as they were then, rather than in all their revisions.</summary>
    [JsonIgnore]
    public bool IsPoint => Start == Last;

    /// <summary>A point in time.</summary>
    /// <param name="at">Milliseconds since 1970-01-01 UTC.</param>
    public static TimeSlice At(long at) => new(at, at);
}
