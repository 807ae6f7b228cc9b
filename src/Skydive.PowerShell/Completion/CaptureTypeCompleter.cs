using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Skydive.Contracts.Captures;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes capture types.</summary>
public sealed class CaptureTypeCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionSource.Match(CaptureTypes.Available, wordToComplete, "capture type");
}
