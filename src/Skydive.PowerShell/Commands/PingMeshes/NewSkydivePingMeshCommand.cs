using System.Management.Automation;
using Skydive.Client.Selection;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Begins to measure round trip time, loss and jitter of every pair of interfaces.</summary>
[Cmdlet(VerbsCommon.New, "SkydivePingMesh", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PingMesh))]
public sealed class NewSkydivePingMeshCommand : SessionCommand
{
    private readonly List<SkydiveSelector> _sources = [];

    /// <summary>The interfaces that ask.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The interfaces that ask: nodes, Gremlin, key=value, names or hashtables. All that come make one mesh.")]
    [Alias("Src", "Selector", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Source { get; set; } = [];

    /// <summary>The interfaces that are asked.</summary>
    [Parameter(Position = 1, HelpMessage = "The interfaces that are asked; when it is left out, every interface of -Source asks all others.")]
    [Alias("Dst")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Destination { get; set; } = [];

    /// <summary>A name.</summary>
    [Parameter(HelpMessage = "A name.")]
    public string? Name { get; set; }

    /// <summary>What is sent.</summary>
    [Parameter(HelpMessage = "What is sent: echo requests over IPv4 or IPv6.")]
    [ValidateSet("icmp4", "icmp6")]
    public string Type { get; set; } = Contracts.PingMeshes.PingTypes.IcmpV4;

    /// <summary>The time between two requests of a pair.</summary>
    [Parameter(HelpMessage = "The time between two requests of a pair: 200ms, 1s, a TimeSpan, seconds; 10 ms at least. A second when it is left out.")]
    [SkydiveDuration]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(Contracts.PingMeshes.PingMesh.DefaultInterval);

    /// <summary>How many requests each pair sends.</summary>
    [Parameter(HelpMessage = "How many requests each pair sends; without end when it is left out.")]
    [ValidateRange(1, long.MaxValue)]
    public long Count { get; set; }

    /// <summary>How many bytes follow the ICMP header.</summary>
    [Parameter(HelpMessage = "How many bytes follow the ICMP header.")]
    [ValidateRange(0, 65507)]
    public int PayloadSize { get; set; } = Contracts.PingMeshes.PingMesh.DefaultPayloadSize;

    /// <summary>How long a reply is waited for.</summary>
    [Parameter(HelpMessage = "How long a reply is waited for: a request without one is lost. Two seconds when it is left out, a minute at most.")]
    [SkydiveDuration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(Contracts.PingMeshes.PingMesh.DefaultTimeout);

    /// <summary>How long a sample of history is.</summary>
    [Parameter(HelpMessage = "How long a sample of history is, from a second on. Ten seconds when it is left out.")]
    [SkydiveDuration]
    public TimeSpan SamplePeriod { get; set; } = TimeSpan.FromMilliseconds(Contracts.PingMeshes.PingMesh.DefaultSamplePeriod);

    /// <summary>Time to live.</summary>
    [Parameter(HelpMessage = "Time to live, or hop limit.")]
    [ValidateRange(1, 255)]
    public int Ttl { get; set; } = Contracts.PingMeshes.PingMesh.DefaultTimeToLive;

    /// <summary>After how long it ends by itself.</summary>
    [Parameter(HelpMessage = "After how long it ends by itself and is forgotten: 30s, 5m, '1d'.")]
    [SkydiveDuration]
    public TimeSpan? Duration { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Source;

    /// <inheritdoc/>
    protected override void Process() => _sources.AddRange(Source);

    /// <inheritdoc/>
    protected override void End()
    {
        string from = ToGremlin(_sources);
        string to = Destination.Length == 0 ? string.Empty : ToGremlin(Destination);
        WriteVerbose($"{from} -> {(to.Length > 0 ? to : "one another")}");
        var mesh = new Contracts.PingMeshes.PingMesh
        {
            Src = from,
            Dst = to,
            Name = Name,
            Type = Type.ToLowerInvariant(),
            Interval = (long)Interval.TotalMilliseconds,
            Count = Count,
            PayloadSize = PayloadSize,
            Timeout = (long)Timeout.TotalMilliseconds,
            SamplePeriod = (long)SamplePeriod.TotalMilliseconds,
            TTL = (byte)Ttl,
        };
        string target = $"{string.Join(", ", _sources)} to {(Destination.Length > 0 ? string.Join<SkydiveSelector>(", ", Destination) : "one another")}";
        if (!ShouldProcess(target, $"Ping every {Interval.TotalMilliseconds:0} ms"))
        {
            return;
        }

        var client = Client;
        WriteObject(new PingMesh(Await(token => client.CreatePingMeshAsync(mesh, Duration, token))));
    }

    /// <summary>One expression for all selectors: the nodes that are there now, unless there is only one selector, which is asked again and again.</summary>
    private string ToGremlin(IReadOnlyList<SkydiveSelector> selectors)
    {
        if (selectors.Count == 1)
        {
            return selectors[0].Nodes.ToString();
        }

        var tids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var selector in selectors)
        {
            if (selector.Tid is { } tid)
            {
                tids.Add(tid);
                continue;
            }

            Query(selector.Nodes, item =>
            {
                if (item.Node?.TID is { } found)
                {
                    tids.Add(found);
                }
            });
        }

        return tids.Count > 0
            ? NodeSelector.FromTids([.. tids]).ToString()
            : throw new ArgumentException($"no node is called {string.Join(", ", selectors)}");
    }
}
