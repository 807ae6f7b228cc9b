using Skydive.Contracts.Services;
using Skydive.Service.Commands;

namespace Skydive.Service.LocalServices;

/// <summary>Writes and removes units of systemd.</summary>
internal static class UnitInstaller
{
    /// <summary>Writes a unit; systemd learns of it and starts it with the system, unless it goes into a folder of one's own.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="folder">The folder; null for systemd's.</param>
    /// <exception cref="CommandException">There is no systemd, or it refuses.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static LocalService Install(SystemdUnit unit, string? folder)
    {
        if (folder is null)
        {
            Systemd.Require();
        }

        string role = unit.Role.ToString().ToLowerInvariant();
        string name = SystemdUnit.NameOf(role);
        string path = Path.Combine(folder ?? Systemd.UnitFolder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Configuration.ConfigurationFile.Write(path, unit.ToString(), hasMark: false);
        if (folder is null)
        {
            Systemd.Change("daemon-reload");
            Systemd.Change("enable", name);
        }

        return new() { Role = role, State = folder is null ? LocalServiceStates.Stopped : LocalServiceStates.Written, Unit = name, UnitPath = path, Configuration = unit.Configuration };
    }

    /// <summary>Stops a unit and removes it, or only its file from a folder of one's own.</summary>
    /// <param name="role">The role.</param>
    /// <param name="folder">The folder; null for systemd's.</param>
    /// <exception cref="CommandException">There is no such unit, or no systemd, or it refuses.</exception>
    /// <exception cref="IOException">The file cannot be removed.</exception>
    public static void Uninstall(string role, string? folder)
    {
        string name = SystemdUnit.NameOf(role);
        string path = Path.Combine(folder ?? Systemd.UnitFolder, name);
        if (folder is null)
        {
            Systemd.Require();
        }

        if (!File.Exists(path))
        {
            throw new CommandException("ServiceNotFound", $"no unit {name} is installed: there is no {path}");
        }

        if (folder is null)
        {
            Systemd.Change("disable", "--now", name);
        }

        File.Delete(path);
        if (folder is null)
        {
            Systemd.Change("daemon-reload");
        }
    }
}
