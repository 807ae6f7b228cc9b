using System.CommandLine;
using Skydive.Service.Security;

namespace Skydive.Service.Commands;

/// <summary><c>skydive user …</c>: looks after a file of users. A running service takes changes up within a second.</summary>
internal static class UserCommand
{
    private const string DefaultFile = "/etc/skydive/users";
    private const int MinimumPassword = 8;

    private static readonly Option<string> s_file = new("--file", "-f")
    {
        Description = $"The file of users (auth.<name>.file). Default: {DefaultFile}.",
        DefaultValueFactory = static _ => DefaultFile,
        Recursive = true,
    };

    public static Command Create() => new("user", "Looks after the users who may log in.") { s_file, Add(), Remove(), Password(), List() };

    private static Command Add()
    {
        var name = Name();
        var role = new Option<string>("--role") { Description = "Group of the user: admin, guest, agent, or one of rbac.policy; several separated by commas.", Required = true };
        var command = new Command("add", "Adds a user, or gives one another password and group. The password is asked for, or read from standard input.") { name, role };
        Run(command, result =>
        {
            string user = CheckedName(result.GetValue(name)!);
            string[] groups = result.GetValue(role)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (groups.Length == 0 || groups.Any(static group => group.Any(static c => c == ':' || char.IsControl(c))))
            {
                throw new FormatException($"'{result.GetValue(role)}' is no group: expected a name such as admin, guest or agent");
            }

            string hash = PasswordHash.Create(ReadPassword());
            UserFile.Update(result.GetValue(s_file)!, user, _ => new(hash, groups));
        });
        return command;
    }

    private static Command Password()
    {
        var name = Name();
        var command = new Command("passwd", "Gives a user another password; tokens of the old one are worth nothing from then on.") { name };
        Run(command, result =>
        {
            string user = result.GetValue(name)!;
            string file = result.GetValue(s_file)!;
            CheckKnown(file, user);
            string hash = PasswordHash.Create(ReadPassword());
            UserFile.Update(file, user, entry => entry! with { Hash = hash });
        });
        return command;
    }

    private static Command Remove()
    {
        var name = Name();
        var command = new Command("remove", "Removes a user, whose tokens are worth nothing from then on.") { name };
        Run(command, result =>
        {
            CheckKnown(result.GetValue(s_file)!, result.GetValue(name)!);
            UserFile.Update(result.GetValue(s_file)!, result.GetValue(name)!, static _ => null);
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Prints the users and their groups.");
        Run(command, static result =>
        {
            var users = UserFile.Read(result.GetValue(s_file)!, out var problems);
            foreach (var (user, entry) in users.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
            {
                result.InvocationConfiguration.Output.WriteLine(entry.Groups.Count == 0 ? user : $"{user}\t{string.Join(',', entry.Groups)}");
            }

            foreach (string problem in problems)
            {
                result.InvocationConfiguration.Error.WriteLine($"skydive: {problem}");
            }
        });
        return command;
    }

    private static Argument<string> Name() => new("name") { Description = "Name of the user." };

    private static string CheckedName(string name) => UserFile.CheckName(name) is { } problem ? throw new FormatException(problem) : name;

    private static void CheckKnown(string file, string user)
    {
        if (!UserFile.Read(file, out _).ContainsKey(user))
        {
            throw new FormatException($"{file}: there is no user '{user}'");
        }
    }

    private static string ReadPassword()
    {
        string password = Console.IsInputRedirected ? Console.In.ReadLine() ?? string.Empty : Ask("Password: ");
        if (!Console.IsInputRedirected && Ask("Again: ") != password)
        {
            throw new FormatException("the two passwords are not the same");
        }

        return password.Length >= MinimumPassword ? password : throw new FormatException($"a password needs {MinimumPassword} characters at least");
    }

    private static string Ask(string prompt)
    {
        Console.Error.Write(prompt);
        var text = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.ToString();
    }

    private static void Run(Command command, Action<ParseResult> action) => command.SetAction(result =>
    {
        try
        {
            action(result);
            return 0;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            result.InvocationConfiguration.Error.WriteLine($"skydive: {e.Message}");
            return 1;
        }
    });
}
