using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>What the commands share that list things of the graph as it is or was.</summary>
public abstract class TimedPagedCommand : PagedCommand
{
    /// <summary>The time to look at; now when it is left out.</summary>
    [Parameter(HelpMessage = "The time to look at: -30s, '-1d', a DateTime, a TimeSpan ago, or 2026-03-01T12:00:00Z.")]
    [SkydiveTime]
    public DateTimeOffset? At { get; set; }

    /// <summary>How far back from that time to look as well.</summary>
    [Parameter(HelpMessage = "How far back from that time to look as well: 30s, 5m, '1d', or a TimeSpan.")]
    [SkydiveDuration]
    public TimeSpan? Duration { get; set; }
}
