namespace Skydive.Agent.Processes;

/// <summary>Finds the name of a container or service in the control groups of its processes.</summary>
internal static class ControlGroupName
{
    private const int MinimumIdLength = 32;
    private const int ShownIdLength = 12;
    private const string Scope = ".scope";
    private const string Service = ".service";

    /// <summary>
    /// The name that the control groups of a process tell, such as <c>docker-0123456789ab</c> for a container of Docker, the machine's name for
    /// one of LXC or systemd-nspawn, or the unit for a service of the system; null when they tell none.
    /// </summary>
    /// <param name="controlGroups">The text of <c>/proc/PID/cgroup</c>: <c>number:controllers:path</c> in each line.</param>
    public static string? Find(string controlGroups)
    {
        foreach (string line in controlGroups.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            colon = colon < 0 ? -1 : line.IndexOf(':', colon + 1);
            if (colon >= 0 && FindInPath(line[(colon + 1)..].Split('/', StringSplitOptions.RemoveEmptyEntries)) is { } name)
            {
                return name;
            }
        }

        return null;
    }

    private static string? FindInPath(string[] segments)
    {
        // What is nested deepest says most.
        for (int i = segments.Length - 1; i >= 0; i--)
        {
            string segment = segments[i];
            string above = i > 0 ? segments[i - 1] : string.Empty;
            if (segment.EndsWith(Scope, StringComparison.Ordinal))
            {
                string unit = segment[..^Scope.Length];
                int dash = unit.LastIndexOf('-');
                if (dash > 0 && IsContainerId(unit[(dash + 1)..]))
                {
                    return Shown(unit[..dash], unit[(dash + 1)..]);
                }

                if (unit.StartsWith("machine-", StringComparison.Ordinal))
                {
                    return Unescape(unit["machine-".Length..]);
                }
            }
            else if (IsContainerId(segment))
            {
                return Shown(above == "docker" ? above : "container", segment);
            }
            else if (segment.StartsWith("lxc.payload.", StringComparison.Ordinal) || (above == "lxc" && segment.Length > 0))
            {
                return segment.StartsWith("lxc.payload.", StringComparison.Ordinal) ? segment["lxc.payload.".Length..] : segment;
            }
            else if (segment.EndsWith(Service, StringComparison.Ordinal))
            {
                string unit = segment[..^Service.Length];
                return unit.StartsWith("systemd-nspawn@", StringComparison.Ordinal) ? Unescape(unit["systemd-nspawn@".Length..])
                    : above == "system.slice" ? Unescape(unit)
                    : null;
            }
        }

        return null;
    }

    private static bool IsContainerId(string text) => text.Length >= MinimumIdLength && text.All(char.IsAsciiHexDigitLower);

    private static string Shown(string engine, string id)
    {
        const string KubernetesPrefix = "cri-";
        string name = engine.StartsWith(KubernetesPrefix, StringComparison.Ordinal) ? engine[KubernetesPrefix.Length..] : engine;
        return $"{name}-{id[..ShownIdLength]}";
    }

    /// <summary>Undoes the escapes of systemd: <c>\x2d</c> stands for a dash.</summary>
    private static string Unescape(string unit)
    {
        int at = unit.IndexOf("\\x", StringComparison.Ordinal);
        if (at < 0)
        {
            return unit;
        }

        var text = new System.Text.StringBuilder(unit.Length);
        int from = 0;
        while (at >= 0)
        {
            text.Append(unit, from, at - from);
            if (at + 4 <= unit.Length && char.IsAsciiHexDigit(unit[at + 2]) && char.IsAsciiHexDigit(unit[at + 3]))
            {
                text.Append((char)Convert.ToByte(unit.Substring(at + 2, 2), 16));
                from = at + 4;
            }
            else
            {
                text.Append(unit[at]);
                from = at + 1;
            }

            at = unit.IndexOf("\\x", from, StringComparison.Ordinal);
        }

        return text.Append(unit, from, unit.Length - from).ToString();
    }
}
