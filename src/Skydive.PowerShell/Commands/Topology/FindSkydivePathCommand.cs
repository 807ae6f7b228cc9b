using System.Management.Automation;
using Skydive.Client.Walks;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Finds the shortest path from each node to another.</summary>
[Cmdlet(VerbsCommon.Find, "SkydivePath")]
[OutputType(typeof(Path))]
public sealed class FindSkydivePathCommand : SessionCommand
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

    /// <summary>How long a path may be.</summary>
    [Parameter(HelpMessage = "How many edges a path may have at most.")]
    [ValidateRange(1, int.MaxValue)]
    public int MaxHops { get; set; } = int.MaxValue;

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
            ThrowTerminatingError(ErrorRecords.NotFound("node", "NodeNotFound", Destination, "Names are case-sensitive; wildcards find similar ones."));
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        foreach (var source in Source)
        {
            var query = new PathQuery { From = source.Nodes, To = Destination.Nodes, RelationTypes = RelationType, At = At };
            bool isFound = false;
            Search((asking, token) => client.FindPathsAsync(query, asking, token), answer =>
            {
                isFound = true;
                if (answer.Path is not { } path)
                {
                    WriteProblem($"no path leads from {new Node(answer.Source)} to {Destination}", source, "-RelationType chooses the edges to follow: '*' is all, with those of ownership.");
                }
                else if (path.Nodes.Count - 1 > MaxHops)
                {
                    WriteProblem($"the shortest path from {new Node(answer.Source)} to {Destination} has {path.Nodes.Count - 1} hops", source, "-MaxHops takes more.");
                }
                else
                {
                    WriteObject(new Path(path));
                }
            });
            if (!isFound && source.IsName)
            {
                WriteError(ErrorRecords.NotFound("node", "NodeNotFound", source, "Names are case-sensitive; wildcards find similar ones."));
            }
        }
    }

    private void WriteProblem(string message, object target, string advice) =>
        WriteError(ErrorRecords.Make(new ItemNotFoundException(message), "PathNotFound", ErrorCategory.ObjectNotFound, target, advice));
}
