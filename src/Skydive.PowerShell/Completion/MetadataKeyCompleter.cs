using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes metadata keys from the open session; nested keys with dots, as the service knows them.</summary>
public sealed class MetadataKeyCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionSource.Match(
            CompletionSource.Words(fakeBoundParameters, "MetadataKey", static (client, token) => CompletionSource.TextsAsync(client, "G.V().Keys()", token)), wordToComplete, "key");
}
