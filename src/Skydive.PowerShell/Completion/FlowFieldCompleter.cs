using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Skydive.Contracts.Flows;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes fields of flows.</summary>
public sealed class FlowFieldCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionSource.Match(FlowFields.Names, wordToComplete, "field");
}
