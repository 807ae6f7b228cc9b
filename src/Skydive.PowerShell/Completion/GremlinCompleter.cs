using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Skydive.PowerShell.Completion;

/// <summary>
/// Completes Gremlin text by asking the service what may stand at its end; without a session, the steps that a query begins with.
/// </summary>
public sealed class GremlinCompleter : IArgumentCompleter
{
    private static readonly string[] s_begins = ["G.V()", "G.E()", "G.Flows()", "G.At("];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        // The word comes with its opening quote, which is what tells how to quote the result.
        char quote = wordToComplete.Length > 0 && wordToComplete[0] is '\'' or '"' ? wordToComplete[0] : '\0';
        string typed = quote == '\0' ? wordToComplete : wordToComplete[1..];
        typed = quote == '\'' ? typed.Replace("''", "'", StringComparison.Ordinal) : typed;
        if (quote != '\0' && typed.EndsWith(quote))
        {
            typed = typed[..^1];
        }

        var answer = CompletionSource.Ask(fakeBoundParameters, (client, token) => client.CompleteQueryAsync(typed, typed.Length, 200, token));
        if (answer is null)
        {
            foreach (string begin in s_begins.Where(begin => begin.StartsWith(typed, StringComparison.OrdinalIgnoreCase)))
            {
                yield return new(CompletionSource.QuoteText(begin, quote), begin, CompletionResultType.ParameterValue, begin);
            }

            yield break;
        }

        int end = Math.Min(answer.Start + answer.Length, typed.Length);
        foreach (var candidate in answer.Candidates)
        {
            string text = typed[..Math.Min(answer.Start, typed.Length)] + candidate.Text + typed[end..];
            string tip = candidate.Description.Length > 0 ? candidate.Description : $"{candidate.Kind} {candidate.Label}";
            yield return new(CompletionSource.QuoteText(text, quote), candidate.Label.Length > 0 ? candidate.Label : candidate.Text, CompletionResultType.ParameterValue, tip);
        }
    }
}
