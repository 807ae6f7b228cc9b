using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>A point of time as the wire has it in extra layers: members that are 0 are left out of the JSON.</summary>
public sealed record WireTimestamp
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Whole seconds since 1970-01-01 UTC.</summary>
    [JsonPropertyName("seconds")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Seconds { get; init; }

    /// <summary>Nanoseconds since then, 0 to 999999999.</summary>
    [JsonPropertyName("nanos")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Nanos { get; init; }

    /// <summary>Makes a point of time.</summary>
    /// <param name="nanoseconds">Nanoseconds since 1970-01-01 UTC.</param>
    public static WireTimestamp FromNanoseconds(long nanoseconds)
    {
        (long seconds, long nanos) = Math.DivRem(nanoseconds, NanosecondsPerSecond);
        return nanos < 0
            ? new() { Seconds = seconds - 1, Nanos = (int)(nanos + NanosecondsPerSecond) }
            : new() { Seconds = seconds, Nanos = (int)nanos };
    }
}
