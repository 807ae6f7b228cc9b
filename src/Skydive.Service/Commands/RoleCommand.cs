using System.CommandLine;
using Skydive.Service.Hosting;

namespace Skydive.Service.Commands;

/// <summary><c>skydive agent|analyzer|allinone</c>: runs the service until it is told to end.</summary>
internal static class RoleCommand
{
    public static Command Create(Role role, string name, string description)
    {
        var files = new Option<string[]>("--conf", "-c") { Description = "A configuration file; may be repeated. Default: /etc/skydive/skydive.yml if it exists." };
        var listen = new Option<string?>("--listen", "-l") { Description = "Where to serve the API, as address:port." };
        var hostId = new Option<string?>("--host-id") { Description = "Identity of this host." };
        var command = new Command(name, description) { files, listen, hostId };
        command.SetAction(async (result, cancellationToken) =>
        {
            var environment = CommandSettings.Environment;
            Override(environment, role == Role.Agent ? "SKYDIVE_AGENT_LISTEN" : "SKYDIVE_ANALYZER_LISTEN", result.GetValue(listen));
            Override(environment, "SKYDIVE_HOST_ID", result.GetValue(hostId));
            var options = ServiceOptions.Load(role, result.GetValue(files) ?? [], environment, out var problems);
            foreach (var problem in problems)
            {
                await result.InvocationConfiguration.Error.WriteLineAsync(problem.ToString()).ConfigureAwait(false);
            }

            return options is null ? CommandSettings.ConfigurationError : await ServiceHost.RunAsync(options, cancellationToken).ConfigureAwait(false);
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
