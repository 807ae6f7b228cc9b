using System.Collections;
using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Queries;
using Skydive.Client.Selection;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Lists nodes: all, those that meet conditions, those behind flows, now or at another time.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveNode", SupportsPaging = true)]
[OutputType(typeof(Node))]
public sealed class GetSkydiveNodeCommand : TimedPagedCommand
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Names or patterns.</summary>
    [Parameter(Position = 0, HelpMessage = "Names; wildcards are allowed. Case matters.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Types or patterns.</summary>
    [Parameter(HelpMessage = "Types, such as veth or netns; wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NodeTypeCompleter))]
    public string[] Type { get; set; } = [];

    /// <summary>Node identifiers.</summary>
    [Parameter(HelpMessage = "Node identifiers.")]
    public string[] Id { get; set; } = [];

    /// <summary>Topology identifiers.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Topology identifiers, which stay the same when an agent restarts.")]
    [Alias("NodeTID")]
    public string[] TID { get; set; } = [];

    /// <summary>Hosts or patterns.</summary>
    [Parameter(HelpMessage = "Hosts; wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(HostNameCompleter))]
    public string[] HostName { get; set; } = [];

    /// <summary>Values that metadata must have.</summary>
    [Parameter(HelpMessage = "Values that metadata must have, such as @{ State = 'UP'; MTU = 1500 }. A list means one of them, $null means no such key.")]
    public Hashtable? Metadata { get; set; }

    /// <summary>Keys that metadata must have.</summary>
    [Parameter(HelpMessage = "Keys that metadata must have, with dots for nested ones.")]
    public string[] HasKey { get; set; } = [];

    /// <summary>An IPv4 network in which one address must be.</summary>
    [Parameter(HelpMessage = "An IPv4 network in which one of the addresses must be, such as 10.0.0.0/8.")]
    [ValidateNotNullOrEmpty]
    public string? IPRange { get; set; }

    /// <summary>Nodes to start from.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Nodes to start from: nodes, flows, captures, Gremlin, key=value, names or hashtables.")]
    [Alias("Node", "Gremlin", "GremlinQuery")]
    public SkydiveSelector[]? Selector { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Name.Length > 0 ? Name : Selector;

    // Nodes and flows that were exported and imported come by their identifier; they are gathered like real ones.
    private protected override IReadOnlyList<SkydiveSelector>? Selectors =>
        Selector ?? (MyInvocation.ExpectingInput && TID.Length > 0 ? [.. TID.Select(SkydiveSelector.FromTid)] : null);

    /// <inheritdoc/>
    protected override void End()
    {
        base.End();
        foreach (string name in Name.Where(name => !Wildcard.IsPattern(name) && !_seen.Contains(Wildcard.Unescape(name))))
        {
            // A page that was cut says nothing of the names beyond.
            if (First is null && Skip == 0)
            {
                WriteError(ErrorRecords.NotFound("node", "NodeNotFound", name, "Names are case-sensitive; wildcards find similar ones."));
            }
        }
    }

    private protected override (GremlinText Results, GremlinText Count) Build(GremlinText? from, bool paged)
    {
        var query = new NodeQuery
        {
            From = from,
            Names = Name,
            Types = Type,
            Ids = Id,
            Tids = from is null ? TID : [],
            Hosts = HostName,
            Metadata = MetadataParameter.Pairs(Metadata),
            HasKeys = HasKey,
            IPRange = IPRange,
            At = At,
            Duration = Duration,
            Skip = paged ? Skip : 0,
            First = paged ? First : null,
        };
        return (query.ToGremlin(), query.ToCountGremlin());
    }

    private protected override void Emit(QueryItem item)
    {
        if (item.Node is { } node)
        {
            _seen.Add(node.Name);
            WriteObject(new Node(node));
        }
        else
        {
            throw new ArgumentException("the selector does not give nodes; Invoke-SkydiveQuery takes any query");
        }
    }
}
