using System.Management.Automation;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.Contracts.Metadata;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Gives the sockets that are open on nodes, or those at both ends of flows.</summary>
[Cmdlet(VerbsCommon.Get, "SkydiveSocket")]
[OutputType(typeof(Socket))]
public sealed class GetSkydiveSocketCommand : TimedCommand
{
    private readonly ElementBatch _batch = new();
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Nodes or flows; all nodes that have sockets when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Nodes or flows: objects, Gremlin, key=value, names or hashtables; all nodes when it is left out.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[]? Selector { get; set; }

    /// <summary>The protocol.</summary>
    [Parameter(HelpMessage = "The protocol.")]
    [ValidateSet("TCP", "UDP")]
    public string? Protocol { get; set; }

    /// <summary>States.</summary>
    [Parameter(HelpMessage = "States, such as LISTEN or ESTABLISHED.")]
    [ArgumentCompleter(typeof(SocketStateCompleter))]
    public string[] State { get; set; } = [];

    /// <summary>Ports on the node's side.</summary>
    [Parameter(HelpMessage = "Ports on the socket's own side.")]
    [ValidateRange(0, 65535)]
    public int[] LocalPort { get; set; } = [];

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Selector is null && !MyInvocation.ExpectingInput)
        {
            Ask([GremlinText.G.V()]);
        }

        foreach (var selector in Selector ?? [])
        {
            Ask(_batch.Add(selector));
        }
    }

    /// <inheritdoc/>
    protected override void End() => Ask(_batch.Flush());

    private void Ask(IEnumerable<GremlinText> expressions)
    {
        foreach (var expression in expressions)
        {
            var query = expression.At(At, Duration).Step("Sockets").HasExactly("State", [.. State.Select(static state => state.ToUpperInvariant())]);
            query = Protocol is { } protocol ? query.Has("Protocol", protocol.ToUpperInvariant()) : query;
            query = LocalPort.Length switch
            {
                0 => query,
                1 => query.Has("LocalPort", LocalPort[0]),
                _ => query.Has("LocalPort", GremlinPredicate.Within(LocalPort.Cast<object>())),
            };
            var found = new List<(string Id, MetadataMap Socket)>();
            Query(query, item => found.AddRange(item.ReadEntries().Select(static entry => (entry.Key, entry.Value))));
            FindNames(found.Select(static entry => entry.Id));
            foreach (var (id, socket) in found)
            {
                WriteObject(new Socket(id, _names.GetValueOrDefault(id), socket));
            }
        }
    }

    // Answers know identifiers only. Those of flows are none of nodes.
    private void FindNames(IEnumerable<string> ids)
    {
        foreach (string[] chunk in ids.Distinct(StringComparer.Ordinal).Where(id => Guid.TryParse(id, out _) && !_names.ContainsKey(id)).Chunk(100))
        {
            Query(NodeSelector.FromIds(chunk).At(At, Duration), item =>
            {
                if (item.Node is { } node)
                {
                    _names[node.Id] = node.Name;
                }
            });
        }
    }
}
