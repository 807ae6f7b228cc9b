using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes identifiers of ping meshes.</summary>
public sealed class PingMeshIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var words = CompletionSource.Words(
            fakeBoundParameters, "PingMeshId", static async (client, token) => [.. (await client.ListPingMeshesAsync(token).ConfigureAwait(false)).Select(static mesh => mesh.UUID)]);
        return CompletionSource.Match(words, wordToComplete, "ping mesh");
    }
}
