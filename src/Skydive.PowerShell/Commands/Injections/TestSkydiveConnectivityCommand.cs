using System.Management.Automation;
using Skydive.Client.Connectivity;
using Skydive.Contracts.Injections;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Sends packets from one interface to another, follows them, and tells whether and where they stop. That they do is a result, not an error.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SkydiveConnectivity", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Connectivity), typeof(bool))]
public sealed class TestSkydiveConnectivityCommand : SessionCommand
{
    /// <summary>The interfaces that send.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The interface that sends: a node, Gremlin, key=value, a name or a hashtable. Each must be one interface.")]
    [Alias("Src", "Selector", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Source { get; set; } = [];

    /// <summary>The interface that packets are for.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The interface that packets are for.")]
    [Alias("Dst")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector Destination { get; set; } = null!;

    /// <summary>What is sent.</summary>
    [Parameter(HelpMessage = "What is sent: echo requests, TCP SYNs or UDP datagrams, over IPv4 or IPv6.")]
    [ValidateSet("icmp4", "icmp6", "tcp4", "tcp6", "udp4", "udp6")]
    public string Type { get; set; } = InjectionTypes.IcmpV4;

    /// <summary>Source address.</summary>
    [Parameter(HelpMessage = "Source address, instead of that of the source.")]
    [Alias("SrcIP")]
    public string? SourceIP { get; set; }

    /// <summary>Destination address.</summary>
    [Parameter(HelpMessage = "Destination address, instead of that of the destination.")]
    [Alias("DstIP")]
    public string? DestinationIP { get; set; }

    /// <summary>Destination port.</summary>
    [Parameter(HelpMessage = "Destination port of TCP and UDP; one at random when it is left out.")]
    [Alias("DstPort")]
    [ValidateRange(1, 65535)]
    public int DestinationPort { get; set; }

    /// <summary>How many packets.</summary>
    [Parameter(HelpMessage = "How many packets are sent.")]
    [ValidateRange(1, 100_000)]
    public int Count { get; set; } = 5;

    /// <summary>The time between two packets.</summary>
    [Parameter(HelpMessage = "The time between two packets: 100ms, 1s, a TimeSpan, seconds. A tenth of a second when it is left out.")]
    [SkydiveDuration]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many bytes the packets carry.</summary>
    [Parameter(HelpMessage = "How many bytes the packets carry; many show where a small MTU stops them.")]
    [ValidateRange(0, 65507)]
    public int PayloadSize { get; set; } = Contracts.Injections.Injection.DefaultPayloadLength;

    /// <summary>How long packets and replies are waited for.</summary>
    [Parameter(HelpMessage = "How long packets and replies are waited for after the last was sent, in seconds.")]
    [ValidateRange(1, 600)]
    public int TimeoutSeconds { get; set; } = 2;

    /// <summary>Gives true or false alone.</summary>
    [Parameter(HelpMessage = "Gives true or false alone.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Source;

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var source in Source)
        {
            Attempt(source, () => Test(source));
        }
    }

    private void Test(SkydiveSelector selector)
    {
        var source = FindSingle(selector, "source");
        var destination = FindSingle(Destination, "destination");
        if (!ShouldProcess($"{Count} {(Count == 1 ? "packet" : "packets")} of type {Type.ToLowerInvariant()} from {selector} to {Destination}", "Send and capture"))
        {
            return;
        }

        var test = new ConnectivityTest(Client, new()
        {
            Type = Type.ToLowerInvariant(),
            Count = Count,
            Interval = Interval,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            SourceIP = SourceIP,
            DestinationIP = DestinationIP,
            DestinationPort = DestinationPort,
            PayloadSize = PayloadSize,
        });
        var report = Await(token => test.RunAsync(source, destination, null, token));
        WriteVerbose(report.Message);
        WriteObject(Quiet ? report.IsConnected : new Connectivity(report));
    }
}
