using System.Management.Automation;
using System.Net;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using Skydive.Client;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell;

/// <summary>Opens sessions with analyzers. Asks each one who it is, so that a wrong address or password is known at once.</summary>
[Cmdlet(VerbsCommunications.Connect, "SkydiveAnalyzer")]
[Alias("Connect-Skydive")]
[OutputType(typeof(Session))]
public sealed class ConnectSkydiveAnalyzerCommand : SkydiveCommand
{
    /// <summary>Addresses of the analyzers.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Address of the analyzer, such as http://localhost:8082 or web1:8082.")]
    [ValidateNotNullOrEmpty]
    public string[] Uri { get; set; } = [Environment.GetEnvironmentVariable(SessionStore.AddressVariable) is { Length: > 0 } address ? address : SkydiveClientOptions.DefaultAddress.AbsoluteUri];

    /// <summary>A name for the session.</summary>
    [Parameter(HelpMessage = "A name for the session; host and port when it is left out.")]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>User name and password.</summary>
    [Parameter(HelpMessage = "User name and password for basic authentication.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A token that the analyzer gave out.</summary>
    [Parameter(HelpMessage = "A token that the analyzer gave out.")]
    public SecureString? Token { get; set; }

    /// <summary>A certificate to show.</summary>
    [Parameter(HelpMessage = "A client certificate with its private key.")]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>File of the authorities that are trusted.</summary>
    [Parameter(HelpMessage = "File of the authorities whose certificates are trusted, and no others (PEM); those of the system when it is left out.")]
    [ValidateNotNullOrEmpty]
    [Alias("CACertificate")]
    public string? CertificateAuthority { get; set; }

    /// <summary>Trusts any certificate of the analyzer.</summary>
    [Parameter(HelpMessage = "Trusts any certificate of the analyzer.")]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Lets a password or token travel unencrypted to another machine.</summary>
    [Parameter(HelpMessage = "Lets a password or token travel unencrypted to another machine.")]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    /// <summary>A proxy to go through.</summary>
    [Parameter(HelpMessage = "A proxy to go through; what the environment says when it is left out.")]
    public Uri? Proxy { get; set; }

    /// <summary>Goes directly, whatever the environment says.</summary>
    [Parameter(HelpMessage = "Goes directly, whatever the environment says of a proxy.")]
    public SwitchParameter NoProxy { get; set; }

    /// <summary>How long to wait for a connection.</summary>
    [Parameter(HelpMessage = "How long to wait for a connection, in seconds.")]
    [ValidateRange(1, 3600)]
    public int ConnectionTimeoutSeconds { get; set; } = 5;

    /// <summary>How long to wait for an answer to begin, and for each next part of it.</summary>
    [Parameter(HelpMessage = "How long to wait for an answer to begin, and for each next part of it, in seconds.")]
    [ValidateRange(1, 86400)]
    public int OperationTimeoutSeconds { get; set; } = 60;

    /// <summary>Leaves the default session as it is.</summary>
    [Parameter(HelpMessage = "Leaves the default session as it is.")]
    public SwitchParameter NoDefault { get; set; }

    /// <summary>Gives the session.</summary>
    [Parameter(HelpMessage = "Gives the session.")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Uri;

    /// <inheritdoc/>
    protected override void Process()
    {
        bool isFirst = true;
        foreach (string text in Uri)
        {
            if (!SkydiveClientOptions.TryParseAddress(text, out var address))
            {
                throw new ArgumentException($"'{text}' is no address of an analyzer: write http://host:8082 or host:8082");
            }

            var session = Open(address);
            if (!NoDefault && isFirst)
            {
                SessionStore.SetDefault(session, forProcess: true);
                isFirst = false;
            }

            if (PassThru)
            {
                WriteObject(session);
            }
        }
    }

    private static string? PlainText(SecureString? secret)
    {
        if (secret is null)
        {
            return null;
        }

        nint memory = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            return Marshal.PtrToStringUni(memory);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(memory);
        }
    }

    private Session Open(Uri address)
    {
        NetworkCredential? credential = Credential?.GetNetworkCredential();
        var options = new SkydiveClientOptions
        {
            Address = address,
            Credential = credential,
            Token = PlainText(Token),
            Certificate = Certificate,
            CertificateAuthorities = ReadAuthorities(CertificateAuthority),
            SkipCertificateCheck = SkipCertificateCheck,
            AllowUnencryptedAuthentication = AllowUnencryptedAuthentication,
            Proxy = Proxy,
            NoProxy = NoProxy,
            ConnectionTimeout = TimeSpan.FromSeconds(ConnectionTimeoutSeconds),
            OperationTimeout = TimeSpan.FromSeconds(OperationTimeoutSeconds),
        };
        var session = new Session(Name ?? address.Authority, options, SessionStore.CurrentRunspace, isImplicit: false);
        try
        {
            var info = Await(token => session.Client.GetInfoAsync(token));
            session.Service = info.Service;
            session.HostName = info.Host;
            session.Version = info.Version;
        }
        catch
        {
            session.Close();
            throw;
        }

        // Connecting again under the same name takes the place of the former session, so that a script can be run twice.
        if (SessionStore.Find(session.Name) is { } former && former.Name.Equals(session.Name, StringComparison.OrdinalIgnoreCase))
        {
            bool wasDefault = SessionStore.Default == former;
            SessionStore.Close(former);
            if (wasDefault && NoDefault)
            {
                SessionStore.SetDefault(session, forProcess: true);
            }
        }

        SessionStore.Add(session);
        return session;
    }
}
