using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Services;
using Skydive.Service.LocalServices;

namespace Skydive.Service.Commands;

/// <summary>
/// <c>skydive service …</c> and <c>skydive unit</c>: services on this host, in the background or as units of systemd. Exit code 0 when all is well, 70
/// when it cannot be done, 78 when the configuration is not valid.
/// </summary>
internal static class ServiceCommand
{
    private static readonly TimeSpan s_endOfInput = TimeSpan.FromMilliseconds(1);

    public static Command Create() =>
        new("service", "Starts, stops and shows services on this host, in the background or as units of systemd.") { List(), Start(), Stop(), Restart(), Install(), Uninstall(), Log() };

    /// <summary><c>skydive unit</c>: the unit as a text, for packagers.</summary>
    public static Command CreateUnit()
    {
        var unit = new UnitOptions();
        var command = new Command("unit", "Prints the unit of systemd for a role.") { unit.Role, unit.Configuration, unit.User, unit.Capabilities, unit.Program };
        command.SetAction(result => result.InvocationConfiguration.Output.Write(unit.Read(result).ToString()));
        return command;
    }

    private static Command List()
    {
        var role = new Option<string?>("--role") { Description = "Only this role." };
        role.AcceptOnlyFromAmong([.. CommandSettings.Roles.Keys]);
        var format = CommandSettings.FormatOption("table", "json");
        var command = new Command("list", "Shows the services that were started here, and the units that are installed.") { role, format };
        Run(command, format, async (controller, result, cancellationToken) => Print(
            result, format, await controller.ListAsync(result.GetValue(role) is { } one ? [one] : [.. CommandSettings.Roles.Keys], cancellationToken).ConfigureAwait(false)));
        return command;
    }

    private static Command Start()
    {
        var role = CommandSettings.RoleOption("The role:");
        var files = new Option<string[]>("--conf", "-c") { Description = "A configuration file; may be repeated." };
        var probes = new Option<string[]>("--probe") { Description = "A topology probe that runs besides those that always do; may be repeated. Default: those of the configuration." };
        var listen = new Option<string?>("--listen", "-l") { Description = "Where to serve the API, as address:port." };
        var (wait, timeout) = (WaitOption(), TimeoutOption("How many seconds --wait waits.", 60));
        var format = CommandSettings.FormatOption("table", "json");
        var command = new Command("start", "Starts a service: its unit when one is installed, else in the background, with its log in a file.") { role, files, probes, listen, wait, timeout, format };
        Run(command, format, async (controller, result, cancellationToken) => Print(result, format, [await controller.StartAsync(
            new()
            {
                Role = CommandSettings.Roles[result.GetValue(role)!],
                Configuration = result.GetValue(files) ?? [],
                Probes = result.GetValue(probes) is { Length: > 0 } chosen ? chosen : null,
                Listen = result.GetValue(listen),
                Wait = result.GetValue(wait) ? result.GetValue(timeout) : null,
            },
            cancellationToken).ConfigureAwait(false)]));
        return command;
    }

    private static Command Stop()
    {
        var role = CommandSettings.RoleOption("The role:");
        var (timeout, force) = (TimeoutOption("How many seconds it may take to end.", 30), ForceOption());
        var format = CommandSettings.FormatOption("table", "json");
        var command = new Command("stop", "Stops a service in the orderly way: captures end, what they saw is stored.") { role, timeout, force, format };
        Run(command, format, (controller, result, cancellationToken) =>
        {
            Print(result, format, [controller.Stop(result.GetValue(role)!, result.GetValue(timeout), result.GetValue(force), cancellationToken).Service]);
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Restart()
    {
        var role = CommandSettings.RoleOption("The role:");
        var (timeout, force, wait) = (TimeoutOption("How many seconds it may take to end, and --wait waits.", 60), ForceOption(), WaitOption());
        var format = CommandSettings.FormatOption("table", "json");
        var command = new Command("restart", "Stops a service and starts it as it was started.") { role, timeout, force, wait, format };
        Run(command, format, async (controller, result, cancellationToken) => Print(result, format, [await controller.RestartAsync(
            result.GetValue(role)!,
            CommandSettings.Roles[result.GetValue(role)!],
            result.GetValue(timeout),
            result.GetValue(force),
            result.GetValue(wait) ? result.GetValue(timeout) : null,
            cancellationToken).ConfigureAwait(false)]));
        return command;
    }

    private static Command Install()
    {
        var unit = new UnitOptions();
        var folder = FolderOption();
        var format = CommandSettings.FormatOption("table", "json");
        var command = new Command("install", "Installs a service as a unit of systemd that starts with the system.") { unit.Role, unit.Configuration, unit.User, unit.Capabilities, unit.Program, folder, format };
        Run(command, format, (_, result, _) =>
        {
            Print(result, format, [UnitInstaller.Install(unit.Read(result), result.GetValue(folder))]);
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Uninstall()
    {
        var role = CommandSettings.RoleOption("The role:");
        var folder = FolderOption();
        var format = CommandSettings.FormatOption("text", "json");
        var command = new Command("uninstall", "Stops a unit of systemd and removes it. Configuration and history stay.") { role, folder, format };
        Run(command, format, (_, result, _) =>
        {
            UnitInstaller.Uninstall(result.GetValue(role)!, result.GetValue(folder));
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Log()
    {
        var role = CommandSettings.RoleOption("The role:");
        var tail = new Option<int?>("--tail", "-n") { Description = "Only so many of the last messages." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Goes on with what is logged later." };
        var level = new Option<string>("--level") { Description = $"The least important messages: {string.Join(", ", LogParser.Levels)}.", DefaultValueFactory = static _ => LogParser.Levels[0] };
        level.AcceptOnlyFromAmong([.. LogParser.Levels]);
        var untilInputEnds = new Option<bool>("--until-input-ends") { Description = "Ends when standard input does: for programs that start this one.", Hidden = true };
        var format = CommandSettings.FormatOption("text", "json");
        var command = new Command("log", "Shows the log of a service: of the file of one in the background, of the journal of a unit.") { role, tail, follow, level, untilInputEnds, format };
        Run(command, format, async (controller, result, cancellationToken) =>
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (result.GetValue(untilInputEnds))
            {
                _ = Task.Run(
                    () =>
                    {
                        while (Console.In.Read() >= 0)
                        {
                        }

                        end.CancelAfter(s_endOfInput);
                    },
                    CancellationToken.None);
            }

            var reader = new LogReader { Tail = result.GetValue(tail), Follow = result.GetValue(follow), Level = result.GetValue(level)! };
            var output = result.InvocationConfiguration.Output;
            await foreach (var entry in controller.ReadLog(result.GetValue(role)!, reader, end.Token).ConfigureAwait(false))
            {
                await output.WriteLineAsync(result.GetValue(format) == "json"
                    ? JsonSerializer.Serialize(entry, ContractsJsonContext.Default.LogEntry)
                    : string.Create(CultureInfo.InvariantCulture, $"{entry.Time:yyyy-MM-ddTHH:mm:ss.fffzzz} {entry.Level} {entry.Category} {entry.Message}")).ConfigureAwait(false);
                await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static Option<bool> WaitOption() => new("--wait", "-w") { Description = "Waits until it is ready." };

    private static Option<bool> ForceOption() => new("--force") { Description = "Kills it when it takes longer than --timeout; what it has not stored is lost." };

    private static Option<string?> FolderOption() =>
        new("--unit-path") { Description = $"A folder for the unit instead of {Systemd.UnitFolder}; systemd is not told." };

    private static Option<TimeSpan> TimeoutOption(string description, int seconds) => new("--timeout")
    {
        Description = $"{description} Default: {seconds}.",
        DefaultValueFactory = _ => TimeSpan.FromSeconds(seconds),
        CustomParser = static result =>
        {
            if (double.TryParse(result.Tokens.Single().Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 86400)
            {
                return TimeSpan.FromSeconds(value);
            }

            result.AddError("--timeout expects seconds");
            return default;
        },
    };

    private static void Print(ParseResult result, Option<string> format, IReadOnlyList<LocalService> services)
    {
        var output = new CommandOutput(result.InvocationConfiguration.Output);
        if (result.GetValue(format) == "json")
        {
            output.Write(services, ContractsJsonContext.Default.IReadOnlyListLocalService);
            return;
        }

        output.KeepRowsWhole();
        var table = ItemTable.Make("Role", "Process", "State", "Endpoint", "Memory", "Since", "Unit or log");
        foreach (var service in services)
        {
            ItemTable.AddRow(
                table,
                service.Role,
                service.Pid?.ToString(CultureInfo.InvariantCulture),
                service.State,
                string.Join(' ', service.Endpoints),
                service.MemoryBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB") : null,
                service.Since?.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                service.UnitPath ?? service.Log);
        }

        output.Console.Write(table);
    }

    private static void Run(Command command, Option<string> format, Func<ServiceController, ParseResult, CancellationToken, Task> body) =>
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                await body(new(CommandSettings.Environment), result, cancellationToken).ConfigureAwait(false);
                return 0;
            }
            catch (CommandException e)
            {
                CommandFault.Tell(result, format, e.Error);
                return e.ExitCode;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                CommandFault.Tell(result, format, new()
                {
                    Code = e is UnauthorizedAccessException ? "AccessDenied" : "FileUnreadable",
                    Message = e.Message,
                    Advice = e is UnauthorizedAccessException ? "Try it as root." : null,
                });
                return CommandSettings.Unusable;
            }
        });
}
