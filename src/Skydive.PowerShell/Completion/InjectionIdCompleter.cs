using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes identifiers of injections.</summary>
public sealed class InjectionIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var words = CompletionSource.Words(
            fakeBoundParameters, "InjectionId", static async (client, token) => [.. (await client.ListInjectionsAsync(token).ConfigureAwait(false)).Select(static injection => injection.UUID)]);
        return CompletionSource.Match(words, wordToComplete, "injection");
    }
}
