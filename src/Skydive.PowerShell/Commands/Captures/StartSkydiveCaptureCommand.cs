using System.Management.Automation;
using Skydive.Client.Selection;
using Skydive.Contracts.Flows;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Starts captures: one for each input, or one for all with -Combine.</summary>
[Cmdlet(VerbsLifecycle.Start, "SkydiveCapture", SupportsShouldProcess = true)]
[Alias("New-SkydiveCapture")]
[OutputType(typeof(Capture))]
public sealed class StartSkydiveCaptureCommand : SessionCommand
{
    private readonly List<SkydiveSelector> _combined = [];

    /// <summary>Where to capture.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Where to capture: nodes, Gremlin, key=value, names or hashtables; or a capture to copy.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Selector { get; set; } = [];

    /// <summary>A name.</summary>
    [Parameter(HelpMessage = "A name for the capture.")]
    public string? Name { get; set; }

    /// <summary>A description.</summary>
    [Parameter(HelpMessage = "A description for people.")]
    public string? Description { get; set; }

    /// <summary>How packets are taken.</summary>
    [Parameter(HelpMessage = "How packets are taken; what suits the node when it is left out.")]
    [ArgumentCompleter(typeof(CaptureTypeCompleter))]
    public string? Type { get; set; }

    /// <summary>Packet filter.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Packet filter in libpcap's syntax, such as 'tcp port 443'; all packets when it is left out.")]
    [Alias("BPFFilter")]
    public string? Bpf { get; set; }

    /// <summary>How many bytes of each packet are looked at.</summary>
    [Parameter(HelpMessage = "How many bytes of each packet are looked at.")]
    [ValidateRange(0, 65535)]
    public int HeaderSizeBytes { get; set; }

    /// <summary>How many packets of each flow are kept.</summary>
    [Parameter(HelpMessage = "How many packets of each flow are kept for Get-SkydivePacket; 0 for none.")]
    [ValidateRange(0, int.MaxValue)]
    public int RawPacketLimit { get; set; }

    /// <summary>Puts IP fragments together.</summary>
    [Parameter(HelpMessage = "Puts IP fragments together before they are counted.")]
    public SwitchParameter IPDefrag { get; set; }

    /// <summary>Puts TCP segments in order.</summary>
    [Parameter(HelpMessage = "Puts TCP segments in order, which makes the details of TCP exact.")]
    public SwitchParameter ReassembleTcp { get; set; }

    /// <summary>Layers above the transport to decode.</summary>
    [Parameter(HelpMessage = "Layers above the transport whose fields are kept: DNS, DHCPv4, VRRP.")]
    public ExtraLayers ExtraLayer { get; set; }

    /// <summary>One of how many packets is sampled.</summary>
    [Parameter(HelpMessage = "One of this many packets is sampled, by types that sample.")]
    [ValidateRange(0, uint.MaxValue)]
    public uint SamplingRate { get; set; }

    /// <summary>Seconds between two readings of counters.</summary>
    [Parameter(HelpMessage = "Seconds between two readings of counters, by types that poll.")]
    [ValidateRange(0, uint.MaxValue)]
    public uint PollingInterval { get; set; }

    /// <summary>The port that a collector listens to.</summary>
    [Parameter(HelpMessage = "The port that a collector (sflow, netflow, pcapsocket) listens to; chosen by itself when it is left out.")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>Where flows or packets are sent to as well.</summary>
    [Parameter(HelpMessage = "Where flows or packets are sent to as well, as address:port.")]
    public string? Target { get; set; }

    /// <summary>How they are sent.</summary>
    [Parameter(HelpMessage = "How they are sent to the target.")]
    [ValidateSet("local", "netflowv5", "ipfix", "erspanv1", "sflow")]
    public string[] TargetType { get; set; } = [];

    /// <summary>Keeps TCP details.</summary>
    [Parameter(HelpMessage = "Keeps TCP details: times of SYN, FIN and RST.")]
    public SwitchParameter ExtraTcpMetric { get; set; }

    /// <summary>What tells two flows apart.</summary>
    [Parameter(HelpMessage = "What tells two flows apart: L2 (MAC addresses too) or L3.")]
    public LayerKeyMode LayerKeyMode { get; set; }

    /// <summary>After how long the capture ends by itself.</summary>
    [Parameter(HelpMessage = "After how long the capture ends by itself: 30s, 5m, '1d'; never when it is left out.")]
    [SkydiveDuration]
    public TimeSpan? Duration { get; set; }

    /// <summary>Makes one capture for all nodes.</summary>
    [Parameter(HelpMessage = "Makes one capture for all nodes instead of one for each.")]
    public SwitchParameter Combine { get; set; }

    /// <summary>Waits until packets are taken.</summary>
    [Parameter(HelpMessage = "Waits until packets are taken on one node at least, up to 30 seconds.")]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var selector in Selector)
        {
            if (!Combine)
            {
                Start(selector.Nodes.ToString(), selector.ToString(), selector);
            }
            else if (selector.Tid is null)
            {
                throw new ArgumentException($"-Combine joins single nodes; '{selector}' may mean many: pipe Get-SkydiveNode into this command");
            }
            else
            {
                _combined.Add(selector);
            }
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (_combined.Count == 0)
        {
            return;
        }

        string[] tids = [.. _combined.Select(static selector => selector.Tid!).Distinct()];
        string names = string.Join(", ", _combined.Take(5).Select(static selector => selector.ToString())) + (_combined.Count > 5 ? ", …" : string.Empty);
        Start(NodeSelector.FromTids(tids).ToString(), $"{names} ({tids.Length} nodes)", _combined);
    }

    private void Start(string gremlin, string where, object target)
    {
        WriteVerbose(gremlin);
        string filter = string.IsNullOrEmpty(Bpf) ? string.Empty : $" with filter '{Bpf}'";
        if (!ShouldProcess($"capture on {where}{filter}", "Start"))
        {
            return;
        }

        var capture = new Contracts.Captures.Capture
        {
            GremlinQuery = gremlin,
            Name = Name,
            Description = Description,
            Type = Type,
            BPFFilter = string.IsNullOrEmpty(Bpf) ? null : Bpf,
            HeaderSize = HeaderSizeBytes,
            RawPacketLimit = RawPacketLimit,
            IPDefrag = IPDefrag,
            ReassembleTCP = ReassembleTcp,
            ExtraLayers = (int)ExtraLayer,
            SamplingRate = SamplingRate,
            PollingInterval = PollingInterval,
            Port = Port,
            Target = string.IsNullOrEmpty(Target) ? null : Target,
            TargetType = TargetType.Length > 0 ? string.Join(',', TargetType) : null,
            ExtraTCPMetric = ExtraTcpMetric,
            LayerKeyMode = LayerKeyMode,
        };
        var client = Client;
        Attempt(target, () =>
        {
            var created = Await(token => client.CreateCaptureAsync(capture, Duration, token));
            if (Wait)
            {
                string id = created.UUID;
                var wait = Await(token => CaptureWait.RunAsync(client, id, CaptureState.Active, TimeSpan.FromSeconds(30), token));
                if (wait.Problem is { } problem)
                {
                    WriteError(ErrorRecords.Make(new TimeoutException(problem), "OperationTimeout", ErrorCategory.OperationTimeout, id, CaptureWait.Advice));
                }

                created = wait.Capture;
            }

            WriteObject(new Capture(created));
        });
    }
}
