using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Skydive.Contracts.Topology;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes relation types: those that are always known, and those of the open session.</summary>
public sealed class RelationTypeCompleter : IArgumentCompleter
{
    private static readonly string[] s_known = [RelationTypes.Ownership, RelationTypes.Layer2];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var live = CompletionSource.Words(fakeBoundParameters, "RelationType", static async (client, token) =>
        {
            var types = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var item in client.QueryAsync("G.E()", token).ConfigureAwait(false))
            {
                types.Add(item.Edge?.RelationType ?? string.Empty);
            }

            types.Remove(string.Empty);
            return [.. types];
        });
        return CompletionSource.Match(s_known.Union(live).Order(StringComparer.Ordinal), wordToComplete, "edges of type");
    }
}
