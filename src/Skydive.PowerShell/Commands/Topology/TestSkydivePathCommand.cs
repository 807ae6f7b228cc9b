using System.Management.Automation;
using System.Runtime.CompilerServices;
using Skydive.Client;
using Skydive.Client.Walks;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Tells whether a path leads from each node to another, and whether it is as it has to be. That it is not is a result, no error.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SkydivePath")]
[OutputType(typeof(PathTest), typeof(bool))]
public sealed class TestSkydivePathCommand : PathCommand
{
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

    /// <summary>Gives true or false alone.</summary>
    [Parameter(HelpMessage = "Gives true or false alone.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        var requirements = new PathRequirements { MaxHops = MaxHops, MinimumMtu = MinimumMtu, SameMtu = SameMtu, Through = Through, NoDropsWithin = NoDropsWithin };
        SearchAll((source, asking, token) => TestAsync(client, source, requirements, asking, token), (_, test) =>
        {
            WriteVerbose(test.Message);
            WriteObject(Quiet ? test.Passed : test);
        });
    }

    private async IAsyncEnumerable<PathTest> TestAsync(
        SkydiveClient client, SkydiveSelector source, PathRequirements requirements, Action<string> asking, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var answer in client.FindPathsAsync(From(source), asking, cancellationToken).ConfigureAwait(false))
        {
            var from = new Node(answer.Source);
            yield return answer.Path is { } path
                ? new(from, Destination.ToString(), new Path(path), await client.CheckPathAsync(path, requirements, At, asking, cancellationToken).ConfigureAwait(false))
                : new PathTest(from, Destination.ToString(), null, [new("Path", from.Name, $"no path leads from {from} to {Destination}")]);
        }
    }
}
