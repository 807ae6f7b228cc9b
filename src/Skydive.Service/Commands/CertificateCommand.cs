using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Skydive.Service.Security;

namespace Skydive.Service.Commands;

/// <summary><c>skydive cert …</c>: makes an authority, and certificates for servers, agents and clients.</summary>
internal static class CertificateCommand
{
    private const string DefaultDirectory = "/etc/skydive/tls";
    private const int AuthorityDays = 3650;
    private const int CertificateDays = 730;

    private static readonly Option<string> s_directory = new("--dir", "-d")
    {
        Description = $"Where the authority rests and files go. Default: {DefaultDirectory}.",
        DefaultValueFactory = static _ => DefaultDirectory,
        Recursive = true,
    };

    public static Command Create() => new("cert", "Makes certificates for TLS: first 'ca', then those that need one.")
    {
        s_directory,
        AuthorityCommand(),
        HostCommand("server", "Makes a certificate for an analyzer: <name>.crt and <name>.key."),
        HostCommand("agent", "Makes a certificate for an agent, which serves an API and is a client of analyzers: <name>.crt and <name>.key."),
        ClientCommand(),
    };

    private static Command AuthorityCommand()
    {
        var name = new Option<string>("--name") { Description = "Name of the authority.", DefaultValueFactory = static _ => "SkydivePS authority" };
        var days = Days(AuthorityDays);
        var command = new Command("ca", "Makes an authority: ca.crt, which everybody gets, and ca.key, which stays here.") { name, days };
        Run(command, result => CertificateMaker.MakeAuthority(result.GetValue(s_directory)!, result.GetValue(name)!, TimeSpan.FromDays(result.GetValue(days)), DateTimeOffset.UtcNow));
        return command;
    }

    private static Command HostCommand(string kind, string description)
    {
        var name = new Argument<string>("name") { Description = "Name of the host." };
        var hosts = new Option<string[]>("--san") { Description = "More names and addresses by which it is reached; localhost and its addresses are always among them.", AllowMultipleArgumentsPerToken = true };
        var days = Days(CertificateDays);
        var command = new Command(kind, description) { name, hosts, days };
        Run(command, result =>
        {
            string host = CheckedName(result.GetValue(name)!);
            string[] all = [host, .. result.GetValue(hosts) ?? [], "localhost", IPAddress.Loopback.ToString(), IPAddress.IPv6Loopback.ToString()];
            foreach (string other in all)
            {
                if (!IPAddress.TryParse(other, out _) && Uri.CheckHostName(other.StartsWith("*.", StringComparison.Ordinal) ? other[2..] : other) != UriHostNameType.Dns)
                {
                    throw new IOException($"'{other}' is neither a host name nor an address");
                }
            }

            CertificateMaker.Make(result.GetValue(s_directory)!, host, [.. all.Distinct(StringComparer.OrdinalIgnoreCase)], TimeSpan.FromDays(result.GetValue(days)), DateTimeOffset.UtcNow);
        });
        return command;
    }

    private static Command ClientCommand()
    {
        var name = new Argument<string>("name") { Description = "Name of the user or program." };
        var days = Days(CertificateDays);
        var command = new Command("client", "Makes a certificate that a client shows: <name>.crt and <name>.key.") { name, days };
        Run(command, result => CertificateMaker.Make(result.GetValue(s_directory)!, CheckedName(result.GetValue(name)!), [], TimeSpan.FromDays(result.GetValue(days)), DateTimeOffset.UtcNow));
        return command;
    }

    private static Option<int> Days(int days)
    {
        var option = new Option<int>("--days") { Description = $"How many days it is valid. Default: {days}.", DefaultValueFactory = _ => days };
        option.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 36500)
            {
                result.AddError("--days: expected a number from 1 to 36500");
            }
        });
        return option;
    }

    private static string CheckedName(string name) =>
        name.Length is > 0 and <= 64 && name != CertificateMaker.Authority && name[0] != '.' && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '@')
            ? name : throw new IOException($"'{name}' cannot be a name here: expected up to 64 letters, digits and .-_:@, and not '{CertificateMaker.Authority}'");

    private static void Run(Command command, Action<ParseResult> action) => command.SetAction(result =>
    {
        try
        {
            action(result);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            result.InvocationConfiguration.Error.WriteLine($"skydive: {e.Message}");
            return 1;
        }
    });
}
