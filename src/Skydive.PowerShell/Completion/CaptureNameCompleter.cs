using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes names of captures, or their identifiers where those are asked for.</summary>
public sealed class CaptureNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        bool names = parameterName == "Name";
        var words = CompletionSource.Words(fakeBoundParameters, names ? "CaptureName" : "CaptureId", async (client, token) =>
        {
            var captures = await client.ListCapturesAsync(token).ConfigureAwait(false);
            return [.. captures.Select(capture => names ? capture.Name : capture.UUID).OfType<string>().Where(static word => word.Length > 0).Distinct()];
        });
        return CompletionSource.Match(words, wordToComplete, "capture");
    }
}
