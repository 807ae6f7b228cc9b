namespace Skydive.PowerShell;

/// <summary>The two ways to say a span of time: by its end and its length, or by its begin and its end.</summary>
internal static class TimeSpanParameter
{
    /// <summary>The end and the length of the span.</summary>
    /// <exception cref="ArgumentException">Both ways were used, or the begin is not before the end.</exception>
    public static (DateTimeOffset? At, TimeSpan? Duration) Resolve(DateTimeOffset? at, TimeSpan? duration, DateTimeOffset? since, DateTimeOffset? until)
    {
        if (since is null && until is null)
        {
            return (at, duration);
        }

        if (at is not null || duration is not null)
        {
            throw new ArgumentException("-Since and -Until cannot be used with -At and -Duration");
        }

        var end = until ?? DateTimeOffset.Now;
        return since >= end ? throw new ArgumentException($"-Since ({since:O}) must be before -Until ({end:O})") : (end, end - since);
    }
}
