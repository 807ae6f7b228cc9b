using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes hosts from the open session.</summary>
public sealed class HostNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionSource.Match(
            CompletionSource.Words(fakeBoundParameters, "HostName", static (client, token) => CompletionSource.TextsAsync(client, "G.V().Has('Type','host').Values('Name')", token)), wordToComplete, "host");
}
