using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes names of sessions.</summary>
public sealed class SessionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        CompletionSource.Match(SessionStore.All.Select(static session => session.Name), wordToComplete, "session");
}
