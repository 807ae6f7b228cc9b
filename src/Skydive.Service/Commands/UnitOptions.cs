using System.CommandLine;
using Skydive.Service.LocalServices;

namespace Skydive.Service.Commands;

/// <summary>The options of the commands that make units of systemd.</summary>
internal sealed class UnitOptions
{
    private static readonly string[] s_knownFolders = ["/usr/bin", "/bin", "/usr/local/bin"];

    public UnitOptions()
    {
        Capabilities.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static token => SystemdUnit.ParseCapability(token.Value) is null))
            {
                result.AddError($"'{token.Value}' is no capability: expected a name such as CAP_NET_RAW");
            }
        });
        User.Validators.Add(static result =>
        {
            if (result.Tokens.Any(static token => token.Value.Length == 0 || !token.Value.All(static character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.' or '$')))
            {
                result.AddError("--user expects the name of a user");
            }
        });
    }

    public Option<string> Role { get; } = CommandSettings.RoleOption("The role:");

    public Option<string[]> Configuration { get; } = new("--conf", "-c") { Description = "A configuration file; may be repeated." };

    public Option<string?> User { get; } = new("--user") { Description = "The user that it runs as. Default: one of its own, made while it runs." };

    public Option<string[]> Capabilities { get; } = new("--capability") { Description = "A capability; may be repeated; none for none. Default: those that the role needs." };

    public Option<string?> Program { get; } = new("--program") { Description = "The program that the unit starts. Default: this one." };

    /// <summary>The unit as it was asked for.</summary>
    public SystemdUnit Read(ParseResult result) => new()
    {
        Role = CommandSettings.Roles[result.GetValue(Role)!],
        Configuration = [.. (result.GetValue(Configuration) ?? []).Select(Path.GetFullPath)],
        User = result.GetValue(User),
        Capabilities = result.GetResult(Capabilities) is { Implicit: false }
            ? [.. (result.GetValue(Capabilities) ?? []).Where(static name => !name.Equals("none", StringComparison.OrdinalIgnoreCase)).Select(SystemdUnit.ParseCapability).OfType<string>().Distinct()]
            : null,
        Command = result.GetValue(Program) is { } program ? [program] : ServiceProgram.UnitCommand,
        RuntimeFolder = result.GetValue(Program) is null && ServiceProgram.RuntimeFolder is { } folder && !s_knownFolders.Contains(folder) ? folder : null,
    };
}
