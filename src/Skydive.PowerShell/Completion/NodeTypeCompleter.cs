using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes node types: those that are always known, and those of the open session.</summary>
public sealed class NodeTypeCompleter : IArgumentCompleter
{
    private static readonly string[] s_known = ["host", "netns", .. Contracts.Captures.CaptureTypes.CapturableNodeTypes];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var live = CompletionSource.Words(fakeBoundParameters, "NodeType", static (client, token) => CompletionSource.TextsAsync(client, "G.V().Values('Type')", token));
        return CompletionSource.Match(s_known.Union(live).Order(StringComparer.Ordinal), wordToComplete, "nodes of type");
    }
}
