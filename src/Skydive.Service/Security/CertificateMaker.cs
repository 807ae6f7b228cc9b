using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Skydive.Service.Security;

/// <summary>
/// Makes an authority and certificates of it (RFC 5280), with keys on the curve P-256. Files are PEM; keys are for their owner alone.
/// </summary>
internal static class CertificateMaker
{
    /// <summary>Name of the authority's files.</summary>
    public const string Authority = "ca";

    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private const int SerialBytes = 16;
    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Clocks of other hosts may be behind.</summary>
    private static readonly TimeSpan s_clockDifference = TimeSpan.FromHours(1);

    /// <summary>Makes an authority: <c>ca.crt</c> and <c>ca.key</c>.</summary>
    /// <param name="directory">Where the files go.</param>
    /// <param name="name">Its name.</param>
    /// <param name="lifetime">How long it is valid.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    public static void MakeAuthority(string directory, string name, TimeSpan lifetime, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - s_clockDifference, now + lifetime);
        Write(directory, Authority, certificate, key);
    }

    /// <summary>Makes a certificate of the authority in the same folder: <c>&lt;name&gt;.crt</c> and <c>&lt;name&gt;.key</c>.</summary>
    /// <param name="directory">Where the authority is and the files go.</param>
    /// <param name="name">Name of the host or user.</param>
    /// <param name="hosts">Names and addresses by which it is reached; none for one that is not.</param>
    /// <param name="lifetime">How long it is valid, but not longer than the authority.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="IOException">It exists, or there is no authority, or a file cannot be read or written.</exception>
    /// <exception cref="CryptographicException">The authority's files are damaged.</exception>
    public static void Make(string directory, string name, IReadOnlyList<string> hosts, TimeSpan lifetime, DateTimeOffset now)
    {
        string authorityPath = Path.Combine(directory, Authority + ".crt");
        if (!File.Exists(authorityPath))
        {
            throw new IOException($"there is no authority in {directory}: make one with 'skydive cert ca'");
        }

        using var authority = TlsFiles.ReadCertificate(authorityPath, Path.Combine(directory, Authority + ".key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));

        // Agents serve an API and are clients of analyzers.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(hosts.Count == 0 ? [new(ClientUse)] : [new(ServerUse), new(ClientUse)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (hosts.Count > 0)
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (string host in hosts)
            {
                if (IPAddress.TryParse(host, out var address))
                {
                    names.AddIpAddress(address);
                }
                else
                {
                    names.AddDnsName(host);
                }
            }

            request.CertificateExtensions.Add(names.Build());
        }

        byte[] serial = RandomNumberGenerator.GetBytes(SerialBytes);

        // Positive, and not with a zero in front (RFC 5280, 4.1.2.2).
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        var end = now + lifetime;
        using var certificate = request.Create(authority, now - s_clockDifference < authority.NotBefore ? authority.NotBefore : now - s_clockDifference, end > authority.NotAfter ? authority.NotAfter : end, serial);
        Write(directory, name, certificate, key);
    }

    private static X500DistinguishedName NameOf(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static void Write(string directory, string name, X509Certificate2 certificate, ECDsa key)
    {
        string certificatePath = Path.Combine(directory, name + ".crt");
        string keyPath = Path.Combine(directory, name + ".key");
        foreach (string path in new[] { certificatePath, keyPath }.Where(File.Exists))
        {
            throw new IOException($"{path} exists: remove it first if it is to be replaced");
        }

        SecretFile.Write(keyPath, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        SecretFile.Write(certificatePath, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), ForAll);
    }
}
