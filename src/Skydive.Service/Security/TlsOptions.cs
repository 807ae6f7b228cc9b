namespace Skydive.Service.Security;

/// <summary>Files of certificates, all PEM; null for those that are not used.</summary>
internal sealed record TlsOptions
{
    public string? ServerCertificate { get; init; }

    public string? ServerKey { get; init; }

    public string? ClientCertificate { get; init; }

    public string? ClientKey { get; init; }

    /// <summary>The authorities that are trusted.</summary>
    public string? Authorities { get; init; }

    /// <summary>Whether clients have to show a certificate.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>Whether the API is served over TLS.</summary>
    public bool IsServed => ServerCertificate is not null;

    /// <summary>Whether analyzers are taken to serve over TLS when nothing else is said of them.</summary>
    public bool IsSpoken => Authorities is not null || ClientCertificate is not null;
}
