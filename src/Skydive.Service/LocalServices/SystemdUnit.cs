using System.Text;
using Skydive.Service.Hosting;

namespace Skydive.Service.LocalServices;

/// <summary>
/// The text of a unit of systemd: a user of its own, the capabilities that the role needs and no more, and everything closed that it does not use.
/// Source: <c>systemd.exec(5)</c>, <c>systemd.service(5)</c>.
/// </summary>
internal sealed record SystemdUnit
{
    /// <summary>What the probes and captures of an agent need.</summary>
    private static readonly string[] s_agentCapabilities =
    [
        "CAP_NET_ADMIN", // details of interfaces, events of processes
        "CAP_NET_RAW", // captures and injections
        "CAP_SYS_ADMIN", // other network namespaces
        "CAP_SYS_PTRACE", // namespaces and sockets of processes
        "CAP_DAC_READ_SEARCH", // sockets of processes of other users
        "CAP_BPF", // captures of type ebpf
        "CAP_PERFMON", // captures of type ebpf
    ];

    public required Role Role { get; init; }

    /// <summary>The command that starts the program.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The configuration files.</summary>
    public IReadOnlyList<string> Configuration { get; init; } = [];

    /// <summary>The user that it runs as; null for one that systemd makes while it runs.</summary>
    public string? User { get; init; }

    /// <summary>The capabilities; null for those that the role needs.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>The folder of the .NET runtime; null when it is where systemd looks.</summary>
    public string? RuntimeFolder { get; init; }

    /// <summary>The name of the unit of a role.</summary>
    public static string NameOf(string role) => $"skydive-{role}.service";

    /// <summary>The capabilities that a role needs.</summary>
    public static IReadOnlyList<string> CapabilitiesOf(Role role) => role == Role.Analyzer ? [] : s_agentCapabilities;

    /// <summary>The name of a capability as systemd knows it; null when it is none.</summary>
    public static string? ParseCapability(string text)
    {
        string name = text.Trim().ToUpperInvariant().Replace('-', '_');
        name = name.StartsWith("CAP_", StringComparison.Ordinal) ? name : "CAP_" + name;
        return name.Length > 4 && name.All(static character => char.IsAsciiLetterUpper(character) || character == '_') ? name : null;
    }

    public override string ToString()
    {
        bool isAnalyzer = Role == Role.Analyzer;
        string role = Role.ToString().ToLowerInvariant();
        string capabilities = string.Join(' ', Capabilities ?? CapabilitiesOf(Role));
        var text = new StringBuilder();
        text.Append("# Made by: skydive unit --role ").Append(role).Append('\n');
        text.Append("[Unit]\nDescription=SkydivePS ").Append(role).Append(": network topology and protocol analyzer\n");
        text.Append("Wants=network-online.target\nAfter=network-online.target\n\n[Service]\nType=exec\n");
        text.Append("ExecStart=").AppendJoin(' ', Command.Append(role).Concat(Configuration.SelectMany(static file => new[] { "-c", file })).Select(Quote)).Append('\n');
        text.Append("Restart=on-failure\nRestartSec=2\nTimeoutStopSec=20\n");
        text.Append("# A configuration that is not valid does not become so by trying again.\nRestartPreventExitStatus=78\n\n");
        text.Append(User is null ? "DynamicUser=yes\n" : $"User={User}\n");
        text.Append("StateDirectory=skydive\nStateDirectoryMode=0700\n");
        if (RuntimeFolder is not null)
        {
            text.Append("Environment=").Append(Quote($"DOTNET_ROOT={RuntimeFolder}")).Append('\n');
            text.Append("Environment=").Append(Quote($"PATH={RuntimeFolder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")).Append('\n');
        }

        text.Append("\n# What it may do, and no more.\n");
        text.Append("CapabilityBoundingSet=").Append(capabilities).Append('\n');
        text.Append("AmbientCapabilities=").Append(capabilities).Append('\n');
        text.Append("NoNewPrivileges=yes\nProtectSystem=strict\nProtectHome=read-only\nPrivateTmp=yes\n");
        text.Append("ProtectControlGroups=yes\nProtectClock=yes\nProtectHostname=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\n");
        text.Append("RestrictSUIDSGID=yes\nRestrictRealtime=yes\nLockPersonality=yes\nSystemCallArchitectures=native\n");
        text.Append(isAnalyzer
            ? "ProtectKernelTunables=yes\nProtectProc=invisible\nPrivateDevices=yes\nRestrictNamespaces=yes\nRestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n"
            : "# Probes enter network namespaces, look at processes and devices, and open packet sockets.\nRestrictNamespaces=net\nRestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET\nLimitMEMLOCK=infinity\n");
        text.Append("\n[Install]\nWantedBy=multi-user.target\n");
        return text.ToString();
    }

    // Source: systemd.service(5), "Command lines", and specifiers of systemd.unit(5).
    private static string Quote(string text)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return escaped == text && text.All(static character => !char.IsWhiteSpace(character) && character is not ('\'' or ';')) ? text : $"\"{escaped}\"";
    }
}
