using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Contracts.Injections;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Sends packets from interfaces: what a program there would send, without the program.</summary>
[Cmdlet(VerbsCommon.New, "SkydiveInjection", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(Injection))]
public sealed class NewSkydiveInjectionCommand : SessionCommand
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>The interfaces that send.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The interfaces that send: nodes, Gremlin, key=value, names or hashtables. A name must be that of one interface.")]
    [Alias("Src", "Selector", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Source { get; set; } = [];

    /// <summary>The node that the packets are for.</summary>
    [Parameter(Position = 1, HelpMessage = "The node that the packets are for; not needed with -DestinationIP.")]
    [Alias("Dst")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector? Destination { get; set; }

    /// <summary>What the packets are.</summary>
    [Parameter(HelpMessage = "What the packets are: echo requests, TCP SYNs or UDP datagrams, over IPv4 or IPv6.")]
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

    /// <summary>Source MAC address.</summary>
    [Parameter(HelpMessage = "Source MAC address, instead of that of the source.")]
    [Alias("SrcMAC")]
    public string? SourceMac { get; set; }

    /// <summary>Destination MAC address.</summary>
    [Parameter(HelpMessage = "Destination MAC address, instead of that of the next hop.")]
    [Alias("DstMAC")]
    public string? DestinationMac { get; set; }

    /// <summary>Source port.</summary>
    [Parameter(HelpMessage = "Source port; one at random when it is left out.")]
    [Alias("SrcPort")]
    [ValidateRange(1, 65535)]
    public int SourcePort { get; set; }

    /// <summary>Destination port.</summary>
    [Parameter(HelpMessage = "Destination port; one at random when it is left out.")]
    [Alias("DstPort")]
    [ValidateRange(1, 65535)]
    public int DestinationPort { get; set; }

    /// <summary>ICMP identifier.</summary>
    [Parameter(HelpMessage = "ICMP identifier; one at random when it is left out.")]
    [ValidateRange(1, 65535)]
    public int IcmpId { get; set; }

    /// <summary>What the packets carry.</summary>
    [Parameter(HelpMessage = "What the packets carry: text, or bytes; 56 letters when it is left out.")]
    public object? Payload { get; set; }

    /// <summary>By how many bytes the payload grows.</summary>
    [Parameter(HelpMessage = "By how many bytes the payload grows from packet to packet.")]
    [ValidateRange(0, 65535)]
    public int IncrementPayload { get; set; }

    /// <summary>A trace to send.</summary>
    [Parameter(HelpMessage = "A pcap file whose packets are sent as they are, at their times unless -Interval is given.")]
    public string? PcapPath { get; set; }

    /// <summary>How many packets.</summary>
    [Parameter(HelpMessage = "How many packets each source sends: one when it is left out, or the whole pcap file.")]
    [ValidateRange(1, long.MaxValue)]
    public long Count { get; set; }

    /// <summary>Time between two packets.</summary>
    [Parameter(HelpMessage = "Time between two packets: 200ms, 1s, a TimeSpan, seconds; 0 for as fast as the kernel takes them. A second when it is left out.")]
    [SkydiveDuration(AllowZero = true)]
    public TimeSpan? Interval { get; set; }

    /// <summary>Whether packets differ.</summary>
    [Parameter(HelpMessage = "Unique: all packets of a source have the same ICMP identifier or source port. Random: each has its own.")]
    [ValidateSet("Unique", "Random")]
    public string Mode { get; set; } = "Unique";

    /// <summary>Time to live.</summary>
    [Parameter(HelpMessage = "Time to live, or hop limit.")]
    [ValidateRange(1, 255)]
    public int Ttl { get; set; } = Contracts.Injections.Injection.DefaultTimeToLive;

    /// <summary>After how long it ends by itself.</summary>
    [Parameter(HelpMessage = "After how long it ends by itself, also when not all packets are sent: 30s, 5m, '1d'.")]
    [SkydiveDuration]
    public TimeSpan? Duration { get; set; }

    /// <summary>Waits until it is over.</summary>
    [Parameter(HelpMessage = "Waits until all packets are sent.")]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Source;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Destination is null && DestinationIP is null && PcapPath is null)
        {
            throw new ArgumentException("where to is missing: give -Destination, -DestinationIP or -PcapPath");
        }

        foreach (var source in Source)
        {
            Attempt(source, () => Inject(source));
        }
    }

    private void Inject(SkydiveSelector source)
    {
        string from = ToGremlin(source, "source");
        string to = Destination is null ? string.Empty : ToGremlin(Destination, "destination");
        var (text, bytes) = ReadPayload();
        byte[]? pcap = PcapPath is null ? null : File.ReadAllBytes(GetUnresolvedProviderPathFromPSPath(PcapPath));
        var injection = new Contracts.Injections.Injection
        {
            Src = from,
            Dst = to,
            SrcIP = SourceIP ?? string.Empty,
            DstIP = DestinationIP ?? string.Empty,
            SrcMAC = SourceMac ?? string.Empty,
            DstMAC = DestinationMac ?? string.Empty,
            SrcPort = (ushort)SourcePort,
            DstPort = (ushort)DestinationPort,
            Type = Type.ToLowerInvariant(),
            Payload = text,
            PayloadBytes = bytes,
            ICMPID = (ushort)IcmpId,
            Count = Count > 0 ? Count : pcap is null ? Contracts.Injections.Injection.DefaultCount : 0,
            Interval = (long)(Interval ?? (pcap is null ? s_second : TimeSpan.Zero)).TotalMilliseconds,
            Mode = Mode.ToLowerInvariant(),
            IncrementPayload = IncrementPayload,
            Pcap = pcap,
            TTL = (byte)Ttl,
        };
        WriteVerbose($"{from} -> {(to.Length > 0 ? to : DestinationIP)}");
        string what = pcap is null ? $"{injection.Count} {(injection.Count == 1 ? "packet" : "packets")} of type {injection.Type}" : $"the packets of {PcapPath}";
        if (!ShouldProcess($"{what} from {source} to {Destination?.ToString() ?? DestinationIP ?? "where they are for"}", "Send"))
        {
            return;
        }

        var client = Client;
        var created = Await(token => client.CreateInjectionAsync(injection, Duration, token));
        string id = created.UUID;
        WriteObject(new Injection(Await(token => Wait ? WaitAsync(token) : client.GetInjectionAsync(id, token))));

        async Task<Contracts.Injections.Injection> WaitAsync(CancellationToken token) => (await InjectionWait.RunAsync(client, id, null, token).ConfigureAwait(false)).Injection;
    }

    /// <summary>The Gremlin of a selector. A name must be that of one interface: packets that leave from others than were meant help nobody.</summary>
    private string ToGremlin(SkydiveSelector selector, string what)
    {
        if (selector.Tid is not null || !selector.IsName)
        {
            return selector.Nodes.ToString();
        }

        return FindSingle(selector, what).TID is { } tid ? GremlinText.G.V().Has("TID", tid).ToString() : selector.Nodes.ToString();
    }

    private (string Text, byte[]? Bytes) ReadPayload() => MetadataParameter.Unwrap(Payload) switch
    {
        null => (string.Empty, null),
        string text => (text, null),
        byte[] bytes => (string.Empty, bytes),
        object[] items => (string.Empty, [.. items.Select(static item => LanguagePrimitives.ConvertTo<byte>(item))]),
        var other => (LanguagePrimitives.ConvertTo<string>(other), null),
    };
}
