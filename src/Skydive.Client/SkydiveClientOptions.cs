using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Skydive.Client;

/// <summary>Where the service is and how to speak with it. Never shows its secrets.</summary>
public sealed record SkydiveClientOptions
{
    /// <summary>The address that is taken when none is known.</summary>
    public static readonly Uri DefaultAddress = new("http://localhost:8082");

    /// <summary>Address of the service, http or https.</summary>
    public Uri Address { get; init; } = DefaultAddress;

    /// <summary>User name and password for basic authentication; null for none.</summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>A token that the service gave out; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// Whether a credential or token may travel over plain HTTP to another machine. Without it the client refuses to be made that way.
    /// </summary>
    public bool AllowUnencryptedAuthentication { get; init; }

    /// <summary>A certificate that the client shows; null for none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The authorities whose certificates are trusted, and no others; null for those of the system.</summary>
    public X509Certificate2Collection? CertificateAuthorities { get; init; }

    /// <summary>Whether any certificate of the service is trusted.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>A proxy to go through; null for what the environment says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether to go directly, whatever the environment says.</summary>
    public bool NoProxy { get; init; }

    /// <summary>How long to wait for a connection.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for an answer to begin, and for each next part of it.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most bytes that one result or one message may have; an answer beyond is refused.</summary>
    public int MaximumItemBytes { get; init; } = 256 << 20;

    /// <summary>
    /// The address that a text stands for: a URI, or host and port as in Skydive's configuration (<c>web1:8082</c>, <c>web1</c>).
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    /// <returns>False when it stands for none.</returns>
    public static bool TryParseAddress(string? text, out Uri address)
    {
        address = DefaultAddress;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        text = text.Trim();
        bool hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : "http://" + text, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https") || parsed.Host.Length == 0)
        {
            return false;
        }

        // Without a scheme the port of HTTP is never meant.
        address = !hasScheme && parsed.IsDefaultPort && !text.EndsWith(":80", StringComparison.Ordinal) ? new UriBuilder(parsed) { Port = DefaultAddress.Port }.Uri : parsed;
        return true;
    }

    /// <summary>The address alone: the rest may hold secrets.</summary>
    public override string ToString() => Address.ToString();
}
