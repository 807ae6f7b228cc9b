using System.Collections;
using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Queries;
using Skydive.Client.Selection;
using Skydive.Contracts.Flows;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>What the commands share that choose flows by conditions.</summary>
public abstract class FlowFilterCommand : PagedCommand
{
    private readonly List<string> _trackingIds = [];
    private readonly List<string> _captureIds = [];

    /// <summary>Captures that saw them: identifiers or names.</summary>
    [Parameter(HelpMessage = "Captures that saw them: identifiers, or names with wildcards.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CaptureNameCompleter))]
    public string[] Capture { get; set; } = [];

    /// <summary>Addresses or IPv4 networks of either side.</summary>
    [Parameter(HelpMessage = "Addresses of either side, or IPv4 networks such as 10.0.0.0/8.")]
    public string[] Address { get; set; } = [];

    /// <summary>Addresses or IPv4 networks of the side that sent the first packet.</summary>
    [Parameter(HelpMessage = "Addresses or IPv4 networks of the side that sent the first packet.")]
    public string[] SourceAddress { get; set; } = [];

    /// <summary>Addresses or IPv4 networks of the other side.</summary>
    [Parameter(HelpMessage = "Addresses or IPv4 networks of the other side.")]
    public string[] DestinationAddress { get; set; } = [];

    /// <summary>Ports of either side.</summary>
    [Parameter(HelpMessage = "Ports of either side.")]
    [ValidateRange(0, 65535)]
    public int[] Port { get; set; } = [];

    /// <summary>Ports of the side that sent the first packet.</summary>
    [Parameter(HelpMessage = "Ports of the side that sent the first packet.")]
    [ValidateRange(0, 65535)]
    public int[] SourcePort { get; set; } = [];

    /// <summary>Ports of the other side.</summary>
    [Parameter(HelpMessage = "Ports of the other side.")]
    [ValidateRange(0, 65535)]
    public int[] DestinationPort { get; set; } = [];

    /// <summary>The protocol.</summary>
    [Parameter(HelpMessage = "The protocol.")]
    [ValidateSet("TCP", "UDP", "SCTP", "ICMPv4", "ICMPv6", "IPv4", "IPv6", "ARP")]
    public string? Protocol { get; set; }

    /// <summary>Applications or patterns.</summary>
    [Parameter(HelpMessage = "Applications, such as DNS or ICMPv4; wildcards are allowed.")]
    [SupportsWildcards]
    public string[] Application { get; set; } = [];

    /// <summary>Layer paths or patterns.</summary>
    [Parameter(HelpMessage = "Layer paths, such as Ethernet/IPv4/TCP; wildcards are allowed.")]
    [SupportsWildcards]
    public string[] LayersPath { get; set; } = [];

    /// <summary>Tracking identifiers.</summary>
    [Parameter(HelpMessage = "Tracking identifiers: the same flow at every capture point.")]
    public string[] TrackingId { get; set; } = [];

    /// <summary>Layer 3 tracking identifiers.</summary>
    [Parameter(HelpMessage = "Tracking identifiers that do not depend on MAC addresses.")]
    public string[] L3TrackingId { get; set; } = [];

    /// <summary>Flow identifiers.</summary>
    [Parameter(HelpMessage = "Identifiers of flows.")]
    public string[] UUID { get; set; } = [];

    /// <summary>How they ended.</summary>
    [Parameter(HelpMessage = "How they ended.")]
    public FinishType[] FinishType { get; set; } = [];

    /// <summary>Values that fields must not have.</summary>
    [Parameter(HelpMessage = "Values that fields must not have, such as @{ Application = 'DNS' }.")]
    public Hashtable? Not { get; set; }

    /// <summary>What the user gave to start from: nodes, captures, flows; null for everything.</summary>
    private protected abstract SkydiveSelector[]? Starts { get; }

    // Flows and captures are conditions of their own; what is left are nodes.
    private protected sealed override IReadOnlyList<SkydiveSelector>? Selectors =>
        Starts is null ? null : [.. Starts.Where(static selector => selector.Kind is not (SkydiveSelectorKind.Flow or SkydiveSelectorKind.Capture))];

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Capture.Length > 0)
        {
            FindCaptures();
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var selector in Starts ?? [])
        {
            if (selector.Kind == SkydiveSelectorKind.Flow)
            {
                _trackingIds.Add(selector.TrackingId!);
            }
            else if (selector.Kind == SkydiveSelectorKind.Capture)
            {
                _captureIds.Add(selector.CaptureId!);
            }
        }

        if (Selectors is not { Count: 0 })
        {
            base.Process();
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        base.End();
        foreach (string[] ids in _trackingIds.Distinct().Chunk(100))
        {
            Run(MakeQuery(null) with { TrackingIds = ids });
        }

        foreach (string[] ids in _captureIds.Distinct().Chunk(100))
        {
            Run(MakeQuery(null) with { Captures = ids });
        }
    }

    /// <summary>All the queries that the conditions and <see cref="Starts"/> come to.</summary>
    private protected IReadOnlyList<GremlinText> Expressions()
    {
        if (Starts is not { } starts)
        {
            return [MakeQuery(null).ToGremlin()];
        }

        var batch = new SelectorBatch();
        List<GremlinText> nodes = [.. Selectors!.SelectMany(batch.Add)];
        nodes.AddRange(batch.Flush());
        return
        [
            .. nodes.Select(from => MakeQuery(from).ToGremlin()),
            .. starts.Select(static start => start.TrackingId).OfType<string>().Distinct().Chunk(100).Select(ids => (MakeQuery(null) with { TrackingIds = ids }).ToGremlin()),
            .. starts.Select(static start => start.CaptureId).OfType<string>().Distinct().Chunk(100).Select(ids => (MakeQuery(null) with { Captures = ids }).ToGremlin()),
        ];
    }

    /// <summary>Runs a query that no node is the start of.</summary>
    private protected virtual void Run(FlowQuery query) => Query(query.ToGremlin(), Emit);

    private protected override (GremlinText Results, GremlinText Count) Build(GremlinText? from, bool paged)
    {
        var query = MakeQuery(from);
        return (query.ToGremlin(), query.ToCountGremlin());
    }

    private protected override void Emit(QueryItem item) =>
        Emit(new Flow(item.Flow ?? throw new ArgumentException("the selector does not give nodes; Invoke-SkydiveQuery takes any query")));

    /// <summary>Takes a flow.</summary>
    private protected abstract void Emit(Flow flow);

    /// <summary>The conditions as a query.</summary>
    private protected virtual FlowQuery MakeQuery(GremlinText? from) => new()
    {
        From = from,
        Captures = Capture,
        Addresses = Address,
        SourceAddresses = SourceAddress,
        DestinationAddresses = DestinationAddress,
        Ports = Port,
        SourcePorts = SourcePort,
        DestinationPorts = DestinationPort,
        Protocol = Protocol,
        Applications = Application,
        LayersPaths = LayersPath,
        TrackingIds = TrackingId,
        L3TrackingIds = L3TrackingId,
        Uuids = UUID,
        FinishTypes = FinishType,
        Not = MetadataParameter.Pairs(Not),
    };

    // Flows know identifiers of captures only.
    private void FindCaptures()
    {
        if (Capture.All(static text => Guid.TryParseExact(text, "D", out _)))
        {
            return;
        }

        var client = Client;
        var captures = Await(client.ListCapturesAsync);
        var ids = new List<string>();
        foreach (string text in Capture)
        {
            var pattern = WildcardPattern.Get(text, WildcardOptions.IgnoreCase);
            var found = captures.Where(capture => capture.UUID == text || (capture.Name is { } name && pattern.IsMatch(name))).ToList();
            ids.AddRange(found.Select(static capture => capture.UUID));
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(text))
            {
                WriteError(ErrorRecords.NotFound("capture", "CaptureNotFound", text, "Get-SkydiveCapture shows the captures."));
            }
        }

        // A name that matches nothing must not become a query without that condition.
        Capture = ids.Count > 0 ? [.. ids] : [string.Empty];
    }
}
