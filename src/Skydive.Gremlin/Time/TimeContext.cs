using System.Globalization;
using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Time;

/// <summary>The time that a query is about: a point, or a span that ends there.</summary>
/// <param name="At">The point, or the end of the span.</param>
/// <param name="DurationMilliseconds">The length of the span; null for a point, <see cref="long.MaxValue"/> for all that was before.</param>
internal sealed record TimeContext(TimePoint At, long? DurationMilliseconds)
{
    /// <summary>The time as the stores know it.</summary>
    /// <param name="now">The time at which the query runs.</param>
    public TimeSlice Resolve(DateTimeOffset now)
    {
        long last = At.Resolve(now);
        return DurationMilliseconds is { } duration ? new(duration >= last ? 0 : last - duration, last) : TimeSlice.At(last);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string at = At.IsRelative ? string.Create(CultureInfo.InvariantCulture, $"NOW{At.Milliseconds:+0;-0;+0}ms") : At.Milliseconds.ToString(CultureInfo.InvariantCulture);
        return DurationMilliseconds is { } duration
            ? $"{at}, {(duration == long.MaxValue ? "FOREVER" : duration.ToString(CultureInfo.InvariantCulture) + "ms")}"
            : at;
    }
}
