using System.Management.Automation;
using Skydive.Client.Walks;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>What the commands share that look for paths: where they begin and end, and which edges they follow.</summary>
public abstract class PathCommand : SessionCommand
{
    /// <summary>Where paths begin.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Where paths begin: nodes, Gremlin, key=value, names or hashtables. Each node has a path of its own.")]
    [Alias("Src", "Selector", "Node", "Gremlin", "GremlinQuery", "TID", "NodeTID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector[] Source { get; set; } = [];

    /// <summary>Where they end.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "Where they end: a node, Gremlin, key=value, a name or a hashtable. Of several nodes the nearest is taken.")]
    [Alias("Dst")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector Destination { get; set; } = null!;

    /// <summary>The edges to follow.</summary>
    [Parameter(HelpMessage = "Relation types of the edges to follow, such as layer2; all but ownership when it is left out. Wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RelationTypeCompleter))]
    public string[] RelationType { get; set; } = [];

    /// <summary>The time to look at; now when it is left out.</summary>
    [Parameter(HelpMessage = "The time to look at: -30s, '-1d', a DateTime, a TimeSpan ago, or 2026-03-01T12:00:00Z.")]
    [SkydiveTime]
    public DateTimeOffset? At { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Source;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (QueryCount(Destination.Nodes.At(At).Count()) == 0)
        {
            ThrowTerminatingError(NotFound(Destination));
        }
    }

    /// <summary>The paths from what a selector gives.</summary>
    private protected PathQuery From(SkydiveSelector source) => new() { From = source.Nodes, To = Destination.Nodes, RelationTypes = RelationType, At = At };

    /// <summary>Looks for each source, and tells of names that no node has.</summary>
    /// <typeparam name="T">What is found.</typeparam>
    /// <param name="search">Looks from one source; it tells its queries.</param>
    /// <param name="emit">Takes what was found from a source.</param>
    private protected void SearchAll<T>(Func<SkydiveSelector, Action<string>, CancellationToken, IAsyncEnumerable<T>> search, Action<SkydiveSelector, T> emit)
    {
        foreach (var source in Source)
        {
            bool isFound = false;
            Search((asking, token) => search(source, asking, token), answer =>
            {
                isFound = true;
                emit(source, answer);
            });
            if (!isFound && source.IsName)
            {
                WriteError(NotFound(source));
            }
        }
    }

    private static ErrorRecord NotFound(SkydiveSelector selector) => ErrorRecords.NotFound("node", "NodeNotFound", selector, "Names are case-sensitive; wildcards find similar ones.");
}
