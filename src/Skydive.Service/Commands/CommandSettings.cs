using System.Collections;
using System.CommandLine;
using Skydive.Service.Hosting;

namespace Skydive.Service.Commands;

/// <summary>What commands share that read the configuration.</summary>
internal static class CommandSettings
{
    /// <summary>Exit code when the configuration is not valid, as sysexits.h has it.</summary>
    public const int ConfigurationError = 78;

    /// <summary>Exit code when a file cannot be read or written, or a part of the system does not do its part.</summary>
    public const int Unusable = 70;

    /// <summary>The names of the roles, as commands take them.</summary>
    public static IReadOnlyDictionary<string, Role> Roles { get; } =
        new Dictionary<string, Role>(StringComparer.OrdinalIgnoreCase) { ["allinone"] = Role.AllInOne, ["analyzer"] = Role.Analyzer, ["agent"] = Role.Agent };

    /// <summary>The environment of this process.</summary>
    public static Dictionary<string, string> Environment => System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? string.Empty, StringComparer.Ordinal);

    /// <summary>An option for a role.</summary>
    public static Option<string> RoleOption(string description, bool isRequired = false)
    {
        var option = new Option<string>("--role") { Description = $"{description} {string.Join(", ", Roles.Keys)}.", Required = isRequired };
        if (!isRequired)
        {
            option.DefaultValueFactory = static _ => "allinone";
        }

        option.AcceptOnlyFromAmong([.. Roles.Keys]);
        return option;
    }

    /// <summary>An option for what to print.</summary>
    public static Option<string> FormatOption(params string[] formats)
    {
        var option = new Option<string>("--format") { Description = $"What to print: {string.Join(" or ", formats)}.", DefaultValueFactory = _ => formats[0] };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }
}
