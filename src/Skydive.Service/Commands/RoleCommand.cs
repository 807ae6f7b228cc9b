using System.Collections;
using System.CommandLine;
using Skydive.Service.Configuration;
using Skydive.Service.Hosting;

namespace Skydive.Service.Commands;

/// <summary><c>skydive agent|analyzer|allinone</c>: runs the service until it is told to end.</summary>
internal static class RoleCommand
{
    /// <summary>Exit code when the configuration is not valid, as sysexits.h has it.</summary>
    private const int ConfigurationError = 78;

    public static Command Create(Role role, string name, string description)
    {
        var files = new Option<string[]>("--conf", "-c") { Description = "A configuration file; may be repeated. Default: /etc/skydive/skydive.yml if it exists." };
        var listen = new Option<string?>("--listen", "-l") { Description = "Where to serve the API, as address:port." };
        var hostId = new Option<string?>("--host-id") { Description = "Identity of this host." };
        var command = new Command(name, description) { files, listen, hostId };
        command.SetAction(async (result, cancellationToken) =>
        {
            var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? string.Empty, StringComparer.Ordinal);
            Override(environment, role == Role.Agent ? "SKYDIVE_AGENT_LISTEN" : "SKYDIVE_ANALYZER_LISTEN", result.GetValue(listen));
            Override(environment, "SKYDIVE_HOST_ID", result.GetValue(hostId));
            var options = ServiceOptions.Load(role, result.GetValue(files) ?? [], environment, out var problems);
            foreach (var problem in problems)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync(problem.ToString()).ConfigureAwait(false);
            }

            return options is null ? ConfigurationError : await ServiceHost.RunAsync(options, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static void Override(Dictionary<string, string> environment, string name, string? value)
    {
        if (value is not null)
        {
            environment[name] = value;
        }
    }
}
