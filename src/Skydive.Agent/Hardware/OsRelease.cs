namespace Skydive.Agent.Hardware;

/// <summary>
/// What distribution this is, in the names that Skydive (that is, gopsutil) uses. Source: <c>os-release(5)</c>.
/// </summary>
/// <param name="Platform">Such as debian, ubuntu, redhat, centos; null when not known.</param>
/// <param name="Family">Such as debian, rhel, suse; null when not known.</param>
/// <param name="Version">Such as 12.11; null when not known.</param>
internal sealed record OsRelease(string? Platform, string? Family, string? Version)
{
    /// <summary>Reads <c>/etc/os-release</c>.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="debianVersion">The text of <c>/etc/debian_version</c>, which tells the point release; null when there is none.</param>
    public static OsRelease Parse(string text, string? debianVersion)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                values[line[..equals].Trim()] = line[(equals + 1)..].Trim().Trim('"', '\'');
            }
        }

        string? id = values.GetValueOrDefault("ID");
        string? platform = id switch
        {
            "rhel" => "redhat",
            "ol" => "oracle",
            "amzn" => "amazon",
            "opensuse-leap" or "opensuse-tumbleweed" => "opensuse",
            _ => id,
        };
        string? version = values.GetValueOrDefault("VERSION_ID");
        if (id == "debian" && debianVersion is { Length: > 0 } precise)
        {
            version = precise.Trim();
        }

        return new(platform, FamilyOf(platform, values.GetValueOrDefault("ID_LIKE")), version);
    }

    private static string? FamilyOf(string? platform, string? like)
    {
        switch (platform)
        {
            case "debian" or "ubuntu" or "linuxmint" or "raspbian":
                return "debian";
            case "redhat" or "centos" or "oracle" or "scientific" or "amazon" or "rocky" or "almalinux" or "cloudlinux" or "xenserver":
                return "rhel";
            case "opensuse" or "sles" or "suse" or "opensuse-microos":
                return "suse";
            case "fedora" or "gentoo" or "slackware" or "alpine" or "coreos" or "solus":
                return platform;
            case "arch" or "manjaro":
                return "arch";
            default:
                break;
        }

        foreach (string relative in like?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (FamilyOf(relative == "rhel" ? "redhat" : relative, null) is { } family)
            {
                return family;
            }
        }

        return null;
    }
}
