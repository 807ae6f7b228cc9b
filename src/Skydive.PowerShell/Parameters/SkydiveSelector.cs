using System.Collections;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;

namespace Skydive.PowerShell;

/// <summary>
/// Which nodes are meant, said in one of many ways: a node, a flow (the node where it was captured), a capture (the nodes that it selects),
/// a Gremlin expression, a UUID, <c>key=value</c>, a name or pattern, or a hashtable of metadata values. PowerShell makes it of what the user
/// gives, by the constructors.
/// </summary>
public sealed class SkydiveSelector
{
    private readonly string _description;

    /// <summary>Selects by text; see <see cref="NodeSelector.Parse"/>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The text is blank.</exception>
    public SkydiveSelector(string text)
    {
        Kind = SkydiveSelectorKind.Text;
        IsName = NodeSelector.IsName(text);
        Nodes = NodeSelector.Parse(text);
        _description = text;
    }

    /// <summary>Selects a node.</summary>
    /// <param name="node">The node.</param>
    public SkydiveSelector(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        Kind = SkydiveSelectorKind.Node;
        Tid = node.TID.Length > 0 ? node.TID : null;
        Nodes = Tid is { } tid ? NodeSelector.FromTids([tid]) : NodeSelector.FromIds([node.Id]);
        _description = node.ToString();
    }

    /// <summary>Selects the node where a flow was captured.</summary>
    /// <param name="flow">The flow.</param>
    /// <exception cref="ArgumentException">The flow was read from a file: it has no node.</exception>
    public SkydiveSelector(Flow flow)
    {
        ArgumentNullException.ThrowIfNull(flow);
        Kind = SkydiveSelectorKind.Flow;
        Tid = flow.NodeTID.Length > 0 ? flow.NodeTID : throw new ArgumentException($"flow {flow.UUID} was captured at no node", nameof(flow));
        TrackingId = flow.TrackingID;
        FlowUuid = flow.UUID;
        Nodes = NodeSelector.FromTids([Tid]);
        _description = $"the node of flow {flow.UUID}";
    }

    /// <summary>Selects the nodes that a capture selects.</summary>
    /// <param name="capture">The capture.</param>
    public SkydiveSelector(Capture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        Kind = SkydiveSelectorKind.Capture;
        CaptureId = capture.Id;
        Nodes = GremlinText.Verbatim(capture.GremlinQuery);
        _description = capture.GremlinQuery;
    }

    /// <summary>Selects by metadata; see <see cref="NodeSelector.FromMetadata"/>.</summary>
    /// <param name="metadata">Values by key.</param>
    public SkydiveSelector(Hashtable metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        Kind = SkydiveSelectorKind.Metadata;
        Nodes = NodeSelector.FromMetadata(MetadataParameter.Pairs(metadata));
        _description = string.Join(", ", metadata.Keys.Cast<object>().Select(key => $"{key}={metadata[key]}"));
    }

    /// <summary>Refuses a number, which PowerShell would otherwise turn into text.</summary>
    /// <param name="number">The number.</param>
    /// <exception cref="ArgumentException">Always.</exception>
    public SkydiveSelector(long number) => throw new ArgumentException($"{number} selects no node: give a name, an identifier, key=value or a Gremlin expression");

    private SkydiveSelector(string tid, SkydiveSelectorKind kind)
    {
        Kind = kind;
        Tid = tid;
        Nodes = NodeSelector.FromTids([tid]);
        _description = tid;
    }

    /// <summary>What it was made of.</summary>
    public SkydiveSelectorKind Kind { get; }

    internal GremlinText Nodes { get; }

    /// <summary>The topology identifier, when it is one node's; null otherwise.</summary>
    internal string? Tid { get; }

    /// <summary>Whether it is the name of a node, of which there may be several.</summary>
    internal bool IsName { get; }

    internal string? TrackingId { get; }

    internal string? FlowUuid { get; }

    internal string? CaptureId { get; }

    internal static SkydiveSelector FromTid(string tid) => new(tid, SkydiveSelectorKind.Node);

    /// <summary>What the user gave, in short.</summary>
    public override string ToString() => _description;
}
