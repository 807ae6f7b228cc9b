using System.Management.Automation;
using Skydive.Client.Walks;

namespace Skydive.PowerShell;

/// <summary>Finds the shortest path from each node to another.</summary>
[Cmdlet(VerbsCommon.Find, "SkydivePath")]
[OutputType(typeof(Path))]
public sealed class FindSkydivePathCommand : PathCommand
{
    /// <summary>How long a path may be.</summary>
    [Parameter(HelpMessage = "How many edges a path may have at most.")]
    [ValidateRange(1, int.MaxValue)]
    public int MaxHops { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        SearchAll((source, asking, token) => client.FindPathsAsync(From(source), asking, token), (source, answer) =>
        {
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
    }

    private void WriteProblem(string message, object target, string advice) =>
        WriteError(ErrorRecords.Make(new ItemNotFoundException(message), "PathNotFound", ErrorCategory.ObjectNotFound, target, advice));
}
