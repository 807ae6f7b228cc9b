using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Configuration;
using Skydive.PowerShell.Local;

namespace Skydive.PowerShell.Completion;

/// <summary>Completes configuration keys: those of the service of an open session, else those that the program beside the module knows.</summary>
public sealed class ConfigurationKeyCompleter : IArgumentCompleter
{
    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(250);

    // The keys of a program do not change; starting it may take longer than a completion may, and then the next one has them.
    private static readonly Lazy<Task<IReadOnlyList<string>>> s_known = new(static () => Task.Run(AskProgramAsync));

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var keys = fakeBoundParameters.Contains("Path") ? [] : CompletionSource.Words(
            fakeBoundParameters, "ConfigurationKey", static async (client, token) => KeysOf(await client.ListConfigurationAsync(token).ConfigureAwait(false)));
        if (keys.Count == 0 && s_known.Value.Wait(s_budget))
        {
            keys = s_known.Value.Result;
        }

        return CompletionSource.Match(keys, wordToComplete, "setting");
    }

    private static async Task<IReadOnlyList<string>> AskProgramAsync()
    {
        try
        {
            var answer = await ServiceProgram.RunAsync(["config", "list", "--source", "default", "--format", "json"], null, CancellationToken.None).ConfigureAwait(false);
            return KeysOf(JsonSerializer.Deserialize(answer.Output, ContractsJsonContext.Default.IReadOnlyListConfigurationSetting) ?? []);
        }
        catch (Exception)
        {
            // Whoever presses the tab key is not told; the command itself will tell.
            return [];
        }
    }

    // A group is shown by the section that exists without being written.
    private static IReadOnlyList<string> KeysOf(IReadOnlyList<ConfigurationSetting> settings) =>
    [
        .. settings.Select(static setting => setting.Key.Replace("storage.*", "storage.sqlite", StringComparison.Ordinal).Replace("auth.*", "auth.basic", StringComparison.Ordinal))
            .Where(static key => !key.Contains('*', StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal),
    ];
}
