using Skydive.Service.Hosting;

namespace Skydive.Service.LocalServices;

/// <summary>
/// The text of a unit of systemd: a user of its own, the capabilities that the role needs and no more, and everything closed that it does not use.
/// Source: <c>systemd.exec(5)</c>, <c>systemd.service(5)</c>.
/// </summary>
internal sealed record SystemdUnit
{
    /// <summary>What the probes, captures and injections of an agent need.</summary>
    private static readonly string[] s_agentCapabilities =
    [
        "CAP_NET_RAW", // captures and injections
        "CAP_NET_ADMIN", // details of interfaces, events of processes
        "CAP_SYS_ADMIN", // other network namespaces, captures of type ebpf
        "CAP_SYS_PTRACE", // namespaces and sockets of processes
        "CAP_DAC_READ_SEARCH", // sockets of processes of other users
    ];

    private static readonly string[] s_analyzerLines =
    [
        "PrivateDevices=yes",
        "PrivateUsers=yes",
        "ProtectProc=invisible",
        "RemoveIPC=yes",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
        "RestrictNamespaces=yes",
    ];

    private static readonly string[] s_agentLines =
    [
        "# Captures of type ebpf.",
        "SystemCallFilter=bpf",
        "LimitMEMLOCK=infinity",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK AF_PACKET",
        "# It enters network namespaces and no others, and looks at processes.",
        "RestrictNamespaces=net",
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
        string role = Role.ToString().ToLowerInvariant();
        string capabilities = string.Join(' ', Capabilities ?? CapabilitiesOf(Role));
        string[] runtime = RuntimeFolder is null ? []
            : [$"Environment={Quote($"DOTNET_ROOT={RuntimeFolder}")}", $"Environment={Quote($"PATH={RuntimeFolder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")}"];

        // What it is started with must be seen.
        bool isAtHome = Command.Concat(Configuration).Append(RuntimeFolder ?? string.Empty)
            .Any(static path => path.StartsWith("/home/", StringComparison.Ordinal) || path.StartsWith("/root/", StringComparison.Ordinal));
        string[] lines =
        [
            $"# Made by: skydive unit --role {role}",
            "[Unit]",
            $"Description=SkydivePS {role}: network topology and protocol analyzer",
            "After=network-online.target",
            "Wants=network-online.target",
            string.Empty,
            "[Service]",
            "Type=exec",
            $"ExecStart={string.Join(' ', Command.Append(role).Concat(Configuration.SelectMany(static file => new[] { "-c", file })).Select(Quote))}",
            User is null ? "DynamicUser=yes" : $"User={User}",
            "ConfigurationDirectory=skydive",
            "StateDirectory=skydive",
            "StateDirectoryMode=0700",
            "UMask=0077",
            "# A fault of a part ends the process (70); a configuration that is not valid (78) does not mend itself.",
            "Restart=on-failure",
            "RestartSec=2",
            "RestartPreventExitStatus=78",
            "LimitNOFILE=65536",
            "# The kernel waits for nobody who listens to it: ahead of what keeps a busy machine busy, behind what has to be in time.",
            "Nice=-5",
            "Environment=DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_EnableDiagnostics=0",
            .. runtime,
            string.Empty,
            "# What it may do, and no more.",
            $"AmbientCapabilities={capabilities}",
            $"CapabilityBoundingSet={capabilities}",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            $"ProtectHome={(isAtHome ? "read-only" : "yes")}",
            "PrivateTmp=yes",
            "ProtectClock=yes",
            "ProtectControlGroups=yes",
            "ProtectHostname=yes",
            "ProtectKernelLogs=yes",
            "ProtectKernelModules=yes",
            "ProtectKernelTunables=yes",
            "RestrictRealtime=yes",
            "RestrictSUIDSGID=yes",
            "LockPersonality=yes",
            "SystemCallArchitectures=native",
            "SystemCallFilter=@system-service",
            "SystemCallFilter=~@privileged",
            .. Role == Role.Analyzer ? s_analyzerLines : s_agentLines,
            "SystemCallErrorNumber=EPERM",
            "# MemoryDenyWriteExecute= is left out: .NET compiles while it runs.",
            string.Empty,
            "[Install]",
            "WantedBy=multi-user.target",
            string.Empty,
        ];
        return string.Join('\n', lines);
    }

    // Source: systemd.service(5), "Command lines", and specifiers of systemd.unit(5).
    private static string Quote(string text)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return escaped == text && text.All(static character => !char.IsWhiteSpace(character) && character is not ('\'' or ';')) ? text : $"\"{escaped}\"";
    }
}
