using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Link;
using Skydive.Analyzer.Api;

namespace Skydive.Service.Security;

/// <summary>Makes of the configuration what keeps watch.</summary>
internal sealed class SecurityServices : IDisposable
{
    private static readonly TimeSpan s_rememberPasswords = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_bodyGrace = TimeSpan.FromSeconds(5);

    private readonly SecurityOptions _options;
    private readonly List<IDisposable> _owned = [];

    private SecurityServices(SecurityOptions options) => _options = options;

    /// <summary>What stands between clients and the API.</summary>
    public required ApiProtection Protection { get; init; }

    /// <summary>Makes it.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="stateDirectory">Where it keeps what outlives the process; null for nowhere.</param>
    /// <param name="loggers">Told of what goes wrong.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read or written.</exception>
    public static SecurityServices Create(SecurityOptions options, string? stateDirectory, ILoggerFactory loggers)
    {
        var time = TimeProvider.System;
        if (options.Api is null && options.Cluster is null)
        {
            return new(options) { Protection = options.Protection };
        }

        var owned = new List<IDisposable>();
        var logger = loggers.CreateLogger<AccessControl>();
        var backends = new[] { options.Api, options.Cluster }.OfType<BackendOptions>().Distinct()
            .ToDictionary(static backend => backend.Name, backend => (Backend: Make(backend, options.Tls, time, logger), backend.Role), StringComparer.Ordinal);
        owned.AddRange(backends.Values.Select(static entry => entry.Backend).OfType<IDisposable>());
        var access = new AccessControl(
            options.Api is null ? null : backends[options.Api.Name].Backend,
            options.Cluster is null ? null : backends[options.Cluster.Name].Backend,
            backends.Values.ToDictionary(static entry => entry.Backend, static entry => entry.Role),
            options.Policy,
            new TokenIssuer(TokenKey.Load(stateDirectory), new RevokedTokens(stateDirectory, time.GetUtcNow()), options.TokenLifetime, time),
            new LogInThrottle(options.LogInFailuresPerMinute, time),
            new CredentialCache(s_rememberPasswords, time),
            logger);
        var services = new SecurityServices(options) { Protection = options.Protection with { Access = access } };
        services._owned.AddRange(owned);
        return services;
    }

    /// <summary>Sets limits of the web server, and how it listens.</summary>
    public static void Configure(KestrelServerOptions kestrel, System.Net.IPEndPoint address, SecurityOptions options, ILoggerFactory loggers)
    {
        var limits = options.Server;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.MaximumBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = limits.MaximumHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = limits.MaximumHeaders;
        kestrel.Limits.RequestHeadersTimeout = limits.HeaderTime;
        kestrel.Limits.KeepAliveTimeout = limits.IdleTime;
        kestrel.Limits.MinRequestBodyDataRate = limits.MinimumBodyRate == 0 ? null : new(limits.MinimumBodyRate, s_bodyGrace);
        kestrel.Limits.MaxRequestLineSize = Math.Min(kestrel.Limits.MaxRequestLineSize, limits.MaximumHeaderBytes);
        kestrel.Listen(address, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(new ConnectionLimiter(limits.Connections, limits.ConnectionsPerAddress, TimeProvider.System, loggers.CreateLogger<ConnectionLimiter>()).Limit);
            if (options.Tls.IsServed)
            {
                var tls = new TlsServer(options.Tls, TimeProvider.System, loggers.CreateLogger<TlsServer>());
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls.Current) });
            }
        });
    }

    /// <summary>How an agent connects to analyzers.</summary>
    public static AnalyzerLogIn LogInWithAnalyzers(SecurityOptions options) => new(options.AgentCredential, MakeHandler(options.Tls));

    /// <inheritdoc/>
    public void Dispose() => _owned.ForEach(static owned => owned.Dispose());

    private static IAuthenticationBackend Make(BackendOptions options, TlsOptions tls, TimeProvider time, ILogger logger) => options switch
    {
        BasicOptions basic => new BasicBackend(basic.Name, basic.File, basic.Users, time, logger),
        KeystoneOptions keystone => new KeystoneBackend(keystone.Name, keystone.Address, keystone.Project, keystone.Domain, MakeHandler(tls)),
        _ => throw new ArgumentException($"no backend is made of {options.GetType().Name}", nameof(options)),
    };

    private static SocketsHttpHandler MakeHandler(TlsOptions tls)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        if (tls.Authorities is { } authorities)
        {
            handler.SslOptions.CertificateChainPolicy = TlsFiles.Trust(TlsFiles.ReadAuthorities(authorities));
        }

        if (tls.ClientCertificate is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [TlsFiles.ReadCertificate(certificate, tls.ClientKey!)];
        }

        return handler;
    }
}
