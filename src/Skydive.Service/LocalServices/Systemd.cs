using System.Globalization;
using Skydive.Contracts.Services;
using Skydive.Service.Commands;

namespace Skydive.Service.LocalServices;

/// <summary>The manager of services of the system, asked by <c>systemctl(1)</c>.</summary>
internal static class Systemd
{
    public const string UnitFolder = "/etc/systemd/system";

    private static readonly TimeSpan s_askTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_changeTime = TimeSpan.FromSeconds(60);

    /// <summary>The units of roles that systemd knows; none when there is no systemd.</summary>
    public static IReadOnlyList<LocalService> List(IEnumerable<string> roles)
    {
        string[] names = [.. roles];
        if (ServiceProgram.Find("systemctl") is not { } systemctl)
        {
            return [];
        }

        var (code, output, _) = ServiceProgram.Run(
            systemctl, ["show", "--no-pager", "--property=Id,LoadState,ActiveState,MainPID,FragmentPath,ExecStart", .. names.Select(SystemdUnit.NameOf)], s_askTime);
        if (code != 0)
        {
            return [];
        }

        var units = new List<LocalService>();
        foreach (string block in output.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var properties = block.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('=', 2)).Where(static pair => pair.Length == 2)
                .DistinctBy(static pair => pair[0]).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
            string unit = properties.GetValueOrDefault("Id", string.Empty);
            string? role = Array.Find(names, role => SystemdUnit.NameOf(role) == unit);
            if (role is null || properties.GetValueOrDefault("LoadState") != "loaded")
            {
                continue;
            }

            bool hasProcess = int.TryParse(properties.GetValueOrDefault("MainPID"), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0;
            units.Add(new()
            {
                Role = role,
                Unit = unit,
                UnitPath = properties.GetValueOrDefault("FragmentPath"),
                Pid = hasProcess ? pid : null,
                State = properties.GetValueOrDefault("ActiveState") switch
                {
                    "active" or "reloading" => LocalServiceStates.Running,
                    "activating" => LocalServiceStates.Starting,
                    "failed" => LocalServiceStates.Failed,
                    _ => LocalServiceStates.Stopped,
                },
                Configuration = ReadFiles(properties.GetValueOrDefault("ExecStart", string.Empty)),
            });
        }

        return units;
    }

    /// <summary>Makes sure that systemd runs here.</summary>
    /// <exception cref="CommandException">It does not.</exception>
    public static void Require()
    {
        string? reason = ServiceProgram.Find("systemctl") is not { } systemctl ? "there is no systemctl on PATH"
            : ServiceProgram.Run(systemctl, ["show", "--property=Version"], s_askTime) is { Code: not 0 } answer ? FirstLine(answer.Error) : null;
        if (reason is not null)
        {
            throw new CommandException(
                "CapabilityMissing",
                $"systemd does not run here: {reason}",
                "Start the service without it (skydive service start, Start-SkydiveService), or write the unit into a folder of your own (--unit-path, -UnitPath).");
        }
    }

    /// <summary>Runs <c>systemctl</c>.</summary>
    /// <exception cref="CommandException">It refused.</exception>
    public static void Change(params string[] arguments)
    {
        var (code, _, error) = ServiceProgram.Run("systemctl", ["--no-ask-password", .. arguments], s_changeTime);
        if (code != 0)
        {
            throw new CommandException("SystemdFailed", $"systemctl {string.Join(' ', arguments)}: {FirstLine(error)}", "systemctl status and journalctl tell more.");
        }
    }

    private static string FirstLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "no reason given";

    // ExecStart={ path=/x ; argv[]=/x agent -c /etc/skydive/skydive.yml ; … }
    private static List<string> ReadFiles(string execution)
    {
        const string Mark = "argv[]=";
        int start = execution.IndexOf(Mark, StringComparison.Ordinal);
        int end = start < 0 ? -1 : execution.IndexOf(" ;", start, StringComparison.Ordinal);
        string[] words = start < 0 ? [] : execution[(start + Mark.Length)..(end < 0 ? execution.Length : end)].Split(' ');
        return [.. words.Zip(words.Skip(1)).Where(static pair => pair.First == "-c").Select(static pair => pair.Second)];
    }
}
