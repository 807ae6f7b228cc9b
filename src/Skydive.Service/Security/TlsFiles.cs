using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Skydive.Service.Security;

/// <summary>Reads certificates and keys from PEM files (RFC 7468).</summary>
internal static class TlsFiles
{
    /// <summary>Reads a certificate with its private key.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="CryptographicException">They are damaged, or do not belong together.</exception>
    public static X509Certificate2 ReadCertificate(string certificate, string key) => X509Certificate2.CreateFromPemFile(certificate, key);

    /// <summary>Reads certificates without keys.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="CryptographicException">It holds none, or is damaged.</exception>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("no certificate is in it");
    }

    /// <summary>Who is trusted: these authorities and no others.</summary>
    public static X509ChainPolicy Trust(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
