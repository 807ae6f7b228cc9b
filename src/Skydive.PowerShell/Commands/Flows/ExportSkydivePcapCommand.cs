using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Pcap;
using Skydive.Client.Selection;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Writes packets that captures kept into a pcap file: those of flows, of nodes, or single ones.</summary>
[Cmdlet(VerbsData.Export, "SkydivePcap", SupportsShouldProcess = true, DefaultParameterSetName = PacketSet)]
[OutputType(typeof(FileInfo))]
public sealed class ExportSkydivePcapCommand : SessionCommand
{
    // The default has to be the set that takes its input by value: PowerShell would never leave one that takes it by property name.
    private const string FlowSet = "Flow";
    private const string NodeSet = "Node";
    private const string PacketSet = "Packet";

    private readonly List<string> _flows = [];
    private readonly List<Packet> _packets = [];

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The file to write.")]
    [Alias("FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The flows.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = FlowSet, HelpMessage = "The flows: identifiers, or flows down the pipeline.")]
    [Alias("UUID")]
    [ValidateNotNullOrEmpty]
    public string[] Flow { get; set; } = [];

    /// <summary>The nodes.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeSet, HelpMessage = "The nodes where packets were captured: nodes, Gremlin, key=value, names or hashtables.")]
    [Alias("Node", "Gremlin", "GremlinQuery")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector? Selector { get; set; }

    /// <summary>The packets.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = PacketSet, HelpMessage = "The packets.")]
    public Packet? Packet { get; set; }

    /// <summary>Which of the packets.</summary>
    [Parameter(ParameterSetName = FlowSet, HelpMessage = "Which of the packets, in libpcap's syntax; all when it is left out.")]
    [Parameter(ParameterSetName = NodeSet, HelpMessage = "Which of the packets, in libpcap's syntax; all when it is left out.")]
    [Alias("BPFFilter")]
    public string? Bpf { get; set; }

    /// <summary>The time to look at; now when it is left out.</summary>
    [Parameter(ParameterSetName = FlowSet, HelpMessage = "The time to look at: -30s, '-1d', a DateTime, a TimeSpan ago, or 2026-03-01T12:00:00Z.")]
    [Parameter(ParameterSetName = NodeSet, HelpMessage = "The time to look at: -30s, '-1d', a DateTime, a TimeSpan ago, or 2026-03-01T12:00:00Z.")]
    [SkydiveTime]
    public DateTimeOffset? At { get; set; }

    /// <summary>How far back from that time to look as well.</summary>
    [Parameter(ParameterSetName = FlowSet, HelpMessage = "How far back from that time to look as well: 30s, 5m, '1d', or a TimeSpan.")]
    [Parameter(ParameterSetName = NodeSet, HelpMessage = "How far back from that time to look as well: 30s, 5m, '1d', or a TimeSpan.")]
    [SkydiveDuration]
    public TimeSpan? Duration { get; set; }

    /// <summary>Replaces a file that is there.</summary>
    [Parameter(HelpMessage = "Replaces a file that is there.")]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the file.</summary>
    [Parameter(HelpMessage = "Gives the file.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Path;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Packet is not null)
        {
            _packets.Add(Packet);
        }

        _flows.AddRange(Flow);
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (MyInvocation.ExpectingInput && _packets.Count == 0 && _flows.Count == 0)
        {
            return;
        }

        string path = GetUnresolvedProviderPathFromPSPath(Path);
        string what = ParameterSetName switch
        {
            PacketSet => $"{_packets.Count} packets",
            NodeSet => $"packets at {Selector}",
            _ => $"packets of {_flows.Distinct().Count()} flows",
        };
        if (!ShouldProcess($"{what} to {path}", "Write"))
        {
            return;
        }

        long count = OutputFile.Write(path, Force, stream => ParameterSetName == PacketSet ? WritePackets(stream) : WriteFlows(stream));
        WriteVerbose($"{count} packets written to {path}");
        if (count == 0)
        {
            WriteWarning("no packet was kept: Start-SkydiveCapture -RawPacketLimit tells how many of each flow to keep");
        }

        if (PassThru)
        {
            WriteObject(new FileInfo(path));
        }
    }

    private long WritePackets(Stream stream)
    {
        var writer = new PcapWriter(stream);
        foreach (var packet in _packets.OrderBy(static packet => packet.Time).ThenBy(static packet => packet.Index))
        {
            writer.Write(packet.Time, packet.LinkType, packet.Data);
        }

        writer.Complete();
        return _packets.Count;
    }

    // Packets of several queries go into one file in the order of time, which needs all of them; captures keep few of each flow.
    private long WriteFlows(Stream stream)
    {
        IEnumerable<GremlinText> queries = Selector is { } selector
            ? [PacketQuery.OfFlows(selector.Nodes.Flows(), Bpf).At(At, Duration)]
            : PacketQuery.ForFlows(_flows, Bpf).Select(query => query.At(At, Duration));
        foreach (var query in queries)
        {
            Query(query, item => _packets.AddRange(item.ReadEntries().Select(static entry => new Packet(entry.Key, Contracts.Flows.RawPacket.FromMetadata(entry.Value)))));
        }

        return WritePackets(stream);
    }
}
