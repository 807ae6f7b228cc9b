using System.Diagnostics;
using System.Management.Automation;
using Skydive.Client;
using Skydive.Client.Errors;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell;

/// <summary>Tells whether an analyzer answers. That it does not is a result, not an error.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SkydiveConnection", DefaultParameterSetName = SessionSet)]
[OutputType(typeof(ConnectionTest), typeof(bool))]
public sealed class TestSkydiveConnectionCommand : SkydiveCommand
{
    private const string SessionSet = "Session";
    private const string UriSet = "Uri";

    /// <summary>Addresses to try, without a session.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = UriSet, HelpMessage = "Address of the analyzer, such as http://localhost:8082.")]
    [ValidateNotNullOrEmpty]
    public string[] Uri { get; set; } = [];

    /// <summary>User name and password.</summary>
    [Parameter(ParameterSetName = UriSet, HelpMessage = "User name and password to try.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>File of the authorities that are trusted.</summary>
    [Parameter(ParameterSetName = UriSet, HelpMessage = "File of the authorities whose certificates are trusted, and no others (PEM); those of the system when it is left out.")]
    [ValidateNotNullOrEmpty]
    [Alias("CACertificate")]
    public string? CertificateAuthority { get; set; }

    /// <summary>Trusts any certificate of the analyzer.</summary>
    [Parameter(ParameterSetName = UriSet, HelpMessage = "Trusts any certificate of the analyzer.")]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>The session to try; the default one when it is left out.</summary>
    [Parameter(ParameterSetName = SessionSet, HelpMessage = "The session to try: a session, its name, or the address of an analyzer.")]
    [ArgumentCompleter(typeof(Completion.SessionCompleter))]
    public SkydiveSessionRef? Session { get; set; }

    /// <summary>Gives true or false alone.</summary>
    [Parameter(HelpMessage = "Gives true or false alone.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == UriSet)
        {
            foreach (string text in Uri)
            {
                if (!SkydiveClientOptions.TryParseAddress(text, out var address))
                {
                    throw new ArgumentException($"'{text}' is no address of an analyzer: write http://host:8082 or host:8082");
                }

                using var client = new SkydiveClient(new()
                {
                    Address = address,
                    OperationTimeout = TimeSpan.FromSeconds(5),
                    Credential = Credential?.GetNetworkCredential(),
                    CertificateAuthorities = ReadAuthorities(CertificateAuthority),
                    SkipCertificateCheck = SkipCertificateCheck,
                });
                Write(client);
            }

            return;
        }

        var session = Session is null ? SessionStore.Resolve() : Session.Resolve();
        if (session is null)
        {
            WriteError(ErrorRecords.NotFound("session", "SessionNotFound", Session!.ToString(), "Get-SkydiveSession shows the sessions."));
            return;
        }

        Write(session.Client);
    }

    private void Write(SkydiveClient client)
    {
        var test = Try(client);
        WriteObject(Quiet ? test.Reachable && test.Authenticated : test);
    }

    private ConnectionTest Try(SkydiveClient client)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            var info = Await(client.GetInfoAsync);
            return new()
            {
                Uri = client.Address,
                Reachable = true,
                Authenticated = true,
                LatencyMs = Math.Round(watch.Elapsed.TotalMilliseconds, 2),
                Service = info.Service,
                ServerVersion = info.Version,
            };
        }
        catch (SkydiveApiException exception)
        {
            return new()
            {
                Uri = client.Address,
                Reachable = true,
                Authenticated = exception.Status is not (401 or 403),
                LatencyMs = Math.Round(watch.Elapsed.TotalMilliseconds, 2),
                Error = exception.Message,
            };
        }
        catch (SkydiveConnectionException exception)
        {
            return new() { Uri = client.Address, Reachable = false, Authenticated = false, Error = exception.Message };
        }
    }
}
