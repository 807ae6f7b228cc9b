using System.Management.Automation;
using System.Runtime.CompilerServices;
using Skydive.Client;
using Skydive.Client.Walks;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Tells whether a path leads from each node to another, and whether it is as it has to be. That it is not is a result, no error.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SkydivePath")]
[OutputType(typeof(PathTest), typeof(bool))]
public sealed class TestSkydivePathCommand : SessionCommand
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

    /// <summary>Nodes that must be on the path.</summary>
    [Parameter(HelpMessage = "Names of nodes that must be on the path; wildcards are allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public string[] Through { get; set; } = [];

    /// <summary>How long a path may be.</summary>
    [Parameter(HelpMessage = "How many edges the path may have at most.")]
    [ValidateRange(1, int.MaxValue)]
    public int? MaxHops { get; set; }

    /// <summary>The least MTU.</summary>
    [Parameter(HelpMessage = "The MTU that every interface on the path must have at least.")]
    [ValidateRange(1, int.MaxValue)]
    public int? MinimumMtu { get; set; }

    /// <summary>All MTUs must agree.</summary>
    [Parameter(HelpMessage = "All interfaces on the path must have the same MTU.")]
    public SwitchParameter SameMtu { get; set; }

    /// <summary>How far back nothing may have been dropped.</summary>
    [Parameter(HelpMessage = "How far back no interface on the path may have dropped packets or had errors: 5m, '1h', a TimeSpan.")]
    [SkydiveDuration]
    public TimeSpan? NoDropsWithin { get; set; }

    /// <summary>The time to look at; now when it is left out.</summary>
    [Parameter(HelpMessage = "The time to look at: -30s, '-1d', a DateTime, a TimeSpan ago, or 2026-03-01T12:00:00Z.")]
    [SkydiveTime]
    public DateTimeOffset? At { get; set; }

    /// <summary>Gives true or false alone.</summary>
    [Parameter(HelpMessage = "Gives true or false alone.")]
    public SwitchParameter Quiet { get; set; }

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
        var requirements = new PathRequirements { MaxHops = MaxHops, MinimumMtu = MinimumMtu, SameMtu = SameMtu, Through = Through, NoDropsWithin = NoDropsWithin };
        foreach (var source in Source)
        {
            bool isFound = false;
            Search((asking, token) => TestAsync(client, source, requirements, asking, token), test =>
            {
                isFound = true;
                WriteVerbose(test.Message);
                WriteObject(Quiet ? test.Passed : test);
            });
            if (!isFound && source.IsName)
            {
                WriteError(ErrorRecords.NotFound("node", "NodeNotFound", source, "Names are case-sensitive; wildcards find similar ones."));
            }
        }
    }

    private async IAsyncEnumerable<PathTest> TestAsync(
        SkydiveClient client, SkydiveSelector source, PathRequirements requirements, Action<string> asking, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new PathQuery { From = source.Nodes, To = Destination.Nodes, RelationTypes = RelationType, At = At };
        await foreach (var answer in client.FindPathsAsync(query, asking, cancellationToken).ConfigureAwait(false))
        {
            var from = new Node(answer.Source);
            yield return answer.Path is { } path
                ? new(from, Destination.ToString(), new Path(path), await client.CheckPathAsync(path, requirements, At, asking, cancellationToken).ConfigureAwait(false))
                : new PathTest(from, Destination.ToString(), null, [new("Path", from.Name, $"no path leads from {from} to {Destination}")]);
        }
    }
}
