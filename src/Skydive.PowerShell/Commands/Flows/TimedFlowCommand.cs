using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;

namespace Skydive.PowerShell;

/// <summary>What the commands share that choose flows of now or of a span of time.</summary>
public abstract class TimedFlowCommand : FlowFilterCommand
{
    /// <summary>The time to look at; now when it is left out.</summary>
    [Parameter(HelpMessage = "The time to look at: -30s, '-1d', a DateTime, a TimeSpan ago, or 2026-03-01T12:00:00Z.")]
    [SkydiveTime]
    public DateTimeOffset? At { get; set; }

    /// <summary>How far back from that time to look as well.</summary>
    [Parameter(HelpMessage = "How far back from that time to look as well: 30s, 5m, '1d', or a TimeSpan.")]
    [SkydiveDuration]
    public TimeSpan? Duration { get; set; }

    /// <summary>The begin of the time to look at.</summary>
    [Parameter(HelpMessage = "The begin of the time to look at: -10m, a DateTime, …")]
    [SkydiveTime]
    public DateTimeOffset? Since { get; set; }

    /// <summary>The end of the time to look at.</summary>
    [Parameter(HelpMessage = "The end of the time to look at; now when it is left out.")]
    [SkydiveTime]
    public DateTimeOffset? Until { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        (At, Duration) = TimeSpanParameter.Resolve(At, Duration, Since, Until);
        base.Begin();
    }

    private protected override FlowQuery MakeQuery(GremlinText? from) => base.MakeQuery(from) with { At = At, Duration = Duration };
}
