using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Skydive.Service.Security;

/// <summary>How the service speaks TLS. Certificates are read again when their files change, as they do when they are renewed. Safe for use by several threads at once.</summary>
internal sealed partial class TlsServer
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly TlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private volatile SslServerAuthenticationOptions _current;
    private string _version;
    private long _lookedAt;

    /// <summary>Reads the certificates.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="CryptographicException">A file is damaged.</exception>
    public TlsServer(TlsOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _version = Version();
        _current = Read();
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>How the next connection is to be made.</summary>
    public SslServerAuthenticationOptions Current
    {
        get
        {
            if (_time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) >= s_pause)
            {
                Refresh();
            }

            return _current;
        }
    }

    private void Refresh()
    {
        lock (_lock)
        {
            Interlocked.Exchange(ref _lookedAt, _time.GetTimestamp());
            string version = Version();
            if (version == _version)
            {
                return;
            }

            try
            {
                _current = Read();
                _version = version;
                LogRenewed(_logger, _options.ServerCertificate!);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // Certificate and key are two files: between the one and the other they do not fit together.
                LogNotRenewed(_logger, _options.ServerCertificate!, e.Message);
            }
        }
    }

    private string Version() => string.Join(
        ' ', new[] { _options.ServerCertificate, _options.ServerKey, _options.Authorities }.OfType<string>().Select(static path => File.GetLastWriteTimeUtc(path).Ticks));

    private SslServerAuthenticationOptions Read()
    {
        var certificate = TlsFiles.ReadCertificate(_options.ServerCertificate!, _options.ServerKey!);
        var chain = TlsFiles.ReadAuthorities(_options.ServerCertificate!);
        chain.RemoveAt(0);
        return new()
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ClientCertificateRequired = _options.RequireClientCertificate,
            CertificateChainPolicy = _options.RequireClientCertificate ? TlsFiles.Trust(TlsFiles.ReadAuthorities(_options.Authorities!)) : null,
        };
    }

    [LoggerMessage(3121, LogLevel.Information, "The certificate {File} has changed and is used from now on")]
    private static partial void LogRenewed(ILogger logger, string file);

    [LoggerMessage(3122, LogLevel.Warning, "The certificate {File} has changed and cannot be used; the former one stays: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, string file, string reason);
}
