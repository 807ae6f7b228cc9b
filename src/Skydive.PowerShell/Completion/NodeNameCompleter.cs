using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes node names from the open session; a word that begins as a Gremlin expression is completed as one.</summary>
public sealed class NodeNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        GremlinCompleter.IsBegun(wordToComplete)
        ? new GremlinCompleter().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters)
        : CompletionSource.Match(
            CompletionSource.Words(fakeBoundParameters, "NodeName", static (client, token) => CompletionSource.TextsAsync(client, "G.V().Values('Name')", token)), wordToComplete, "node");
}
