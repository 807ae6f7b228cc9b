using System.CommandLine;
using System.Net;
using Skydive.Client;
using Skydive.Service.Security;

namespace Skydive.Service.Commands;

/// <summary>The options of <c>skydive client</c> that say which analyzer is asked, and who asks. What can be given by environment is best given there: others see command lines.</summary>
internal sealed class ClientConnection
{
    private readonly Option<string?> _analyzer = Text("--analyzer", "The analyzer as address:port, or as http:// or https:// address. Default: SKYDIVE_ANALYZER, else localhost:8082.");
    private readonly Option<string?> _userName = Text("--username", "User name. Default: SKYDIVE_USERNAME.");
    private readonly Option<string?> _password = Text("--password", "Password. Default: SKYDIVE_PASSWORD.");
    private readonly Option<string?> _token = Text("--token", "Token of 'skydive client login', instead of user name and password. Default: SKYDIVE_TOKEN.");
    private readonly Option<string?> _authorities = new("--cacert", "--ca") { Description = "File of the authorities that are trusted, and no others (PEM). Default: SKYDIVE_CACERT, else those of the system.", Recursive = true };
    private readonly Option<string?> _certificate = Text("--cert", "Certificate to show (PEM). Default: SKYDIVE_CERT.");
    private readonly Option<string?> _key = Text("--key", "Private key of the certificate (PEM). Default: SKYDIVE_KEY.");
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Trusts any certificate of the analyzer.", Recursive = true };
    private readonly Option<bool> _unencrypted = new("--unencrypted") { Description = "Lets a password or token travel unencrypted to another machine.", Recursive = true };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _analyzer, _userName, _password, _token, _authorities, _certificate, _key, _insecure, _unencrypted })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>User name and password; null when there is no name.</summary>
    public NetworkCredential? CredentialOf(ParseResult result) => Value(result, _userName, "SKYDIVE_USERNAME") is { } name
        ? new(name, Value(result, _password, "SKYDIVE_PASSWORD") ?? string.Empty) : null;

    /// <summary>What was said.</summary>
    /// <exception cref="ArgumentException">It is not valid.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public SkydiveClientOptions Read(ParseResult result)
    {
        string? address = Value(result, _analyzer, "SKYDIVE_ANALYZER");
        string? authorities = Value(result, _authorities, "SKYDIVE_CACERT");
        string? certificate = Value(result, _certificate, "SKYDIVE_CERT");
        string? key = Value(result, _key, "SKYDIVE_KEY");
        var uri = SkydiveClientOptions.DefaultAddress;
        if (address is not null && !SkydiveClientOptions.TryParseAddress(address, out uri))
        {
            throw new ArgumentException($"'{address}' is no address of an analyzer: expected address:port");
        }

        // Whoever says whom to trust wants to speak TLS.
        if (address?.Contains("://", StringComparison.Ordinal) != true && (authorities ?? certificate) is not null)
        {
            uri = new UriBuilder(uri) { Scheme = "https" }.Uri;
        }

        string? token = Value(result, _token, "SKYDIVE_TOKEN");
        return new()
        {
            Address = uri,
            Token = token,
            Credential = token is null ? CredentialOf(result) : null,
            CertificateAuthorities = authorities is null ? null : TlsFiles.ReadAuthorities(authorities),
            Certificate = certificate is null ? null : TlsFiles.ReadCertificate(certificate, key ?? throw new ArgumentException("--cert needs --key")),
            SkipCertificateCheck = result.GetValue(_insecure),
            AllowUnencryptedAuthentication = result.GetValue(_unencrypted),
        };
    }

    private static Option<string?> Text(string name, string description) => new(name) { Description = description, Recursive = true };

    private static string? Value(ParseResult result, Option<string?> option, string variable) =>
        result.GetValue(option) is { Length: > 0 } value ? value : Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}
