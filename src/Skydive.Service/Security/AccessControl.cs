using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Access;

namespace Skydive.Service.Security;

/// <summary>Who may come in: by user name and password, or by a token that was given for them.</summary>
internal sealed partial class AccessControl : IAccessControl
{
    private const string TokenCookie = "authtoken";
    private const string TokenHeader = "X-Auth-Token";
    private const string Basic = "Basic ";
    private const string Bearer = "Bearer ";
    private const int MaximumPassword = 1024;

    /// <summary>Slow hashes that are computed at once; more would take all processors.</summary>
    private const int MaximumChecks = 2;

    private const int MaximumWaitingChecks = 64;
    private static readonly TimeSpan s_checkPatience = TimeSpan.FromSeconds(10);

    private readonly IAuthenticationBackend? _api;
    private readonly IAuthenticationBackend? _cluster;
    private readonly IReadOnlyDictionary<IAuthenticationBackend, string> _roles;
    private readonly AccessPolicy _policy;
    private readonly TokenIssuer _tokens;
    private readonly LogInThrottle _throttle;
    private readonly CredentialCache _remembered;
    private readonly SemaphoreSlim _checks = new(MaximumChecks, MaximumChecks);
    private readonly ILogger _logger;
    private int _waiting;

    /// <summary>Makes it.</summary>
    /// <param name="api">Knows people and programs; null when they do not have to log in.</param>
    /// <param name="cluster">Knows agents; null when they do not have to log in.</param>
    /// <param name="roles">The group of those users of a backend of whom nothing else is said.</param>
    /// <param name="policy">Who may do what.</param>
    /// <param name="tokens">Makes and reads tokens.</param>
    /// <param name="throttle">Limits attempts.</param>
    /// <param name="remembered">Passwords that were right.</param>
    /// <param name="logger">Told of failed attempts.</param>
    public AccessControl(
        IAuthenticationBackend? api,
        IAuthenticationBackend? cluster,
        IReadOnlyDictionary<IAuthenticationBackend, string> roles,
        AccessPolicy policy,
        TokenIssuer tokens,
        LogInThrottle throttle,
        CredentialCache remembered,
        ILogger logger)
    {
        _api = api;
        _cluster = cluster;
        _roles = roles;
        _policy = policy;
        _tokens = tokens;
        _throttle = throttle;
        _remembered = remembered;
        _logger = logger;
    }

    /// <inheritdoc/>
    public async ValueTask<AccessDecision> IdentifyAsync(HttpContext context, AccessRealm realm)
    {
        if (BackendOf(realm) is not { } backend)
        {
            return AccessDecision.Known(Caller.Anybody);
        }

        if (CredentialsOf(context.Request) is not { } credentials)
        {
            return AccessDecision.Refused(HttpStatusCode.Unauthorized, "log in first: send user name and password (Authorization: Basic), or a token of POST /login (X-Auth-Token)");
        }

        if (TokenIssuer.IsToken(credentials))
        {
            return _tokens.Read(credentials, backend) is { } token && backend.Find(token.User) is { } user
                ? AccessDecision.Known(MakeCaller(backend, user, token, null))
                : AccessDecision.Refused(HttpStatusCode.Unauthorized, "the token is not valid, or not any more: log in again");
        }

        if (!TryReadPair(credentials, out string? name, out string? password))
        {
            return AccessDecision.Refused(HttpStatusCode.Unauthorized, "neither a token nor a user name and password in base 64");
        }

        bool hasToken = context.Request.Cookies.ContainsKey(TokenCookie) || realm == AccessRealm.Cluster;
        return await CheckAsync(backend, name, password, context, givesToken: !hasToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<AccessDecision> LogInAsync(string user, string password, HttpContext context) =>
        _api is null ? AccessDecision.Known(Caller.Anybody) : await CheckAsync(_api, user, password, context, givesToken: true).ConfigureAwait(false);

    /// <inheritdoc/>
    public void LogOut(HttpContext context)
    {
        if (_api is not null && CredentialsOf(context.Request) is { } credentials && _tokens.Read(credentials, _api) is { } token)
        {
            _tokens.Revoke(token);
        }
    }

    private IAuthenticationBackend? BackendOf(AccessRealm realm) => realm == AccessRealm.Cluster ? _cluster : _api;

    // A token of ours, or user name and password in base 64, which Skydive's clients take for their token.
    private static string? CredentialsOf(HttpRequest request)
    {
        string? text = request.Headers.Authorization.ToString() is { Length: > 0 } authorization ? authorization
            : request.Headers[TokenHeader].ToString() is { Length: > 0 } header ? header
            : request.Cookies[TokenCookie];
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        foreach (string scheme in new[] { Basic, Bearer })
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return text[scheme.Length..].Trim();
            }
        }

        return text.Trim();
    }

    private static bool TryReadPair(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? password)
    {
        name = password = null;
        byte[] bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int length))
        {
            return false;
        }

        string pair = Encoding.UTF8.GetString(bytes, 0, length);
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return false;
        }

        (name, password) = (pair[..colon], pair[(colon + 1)..]);
        return true;
    }

    private async ValueTask<AccessDecision> CheckAsync(IAuthenticationBackend backend, string name, string password, HttpContext context, bool givesToken)
    {
        if (_remembered.Find(backend, name, password) is { } known)
        {
            return Welcome(backend, known, givesToken);
        }

        var address = context.Connection.RemoteIpAddress;
        if (_throttle.Begin(address) is { } pause)
        {
            return AccessDecision.Refused(HttpStatusCode.TooManyRequests, "too many failed log-ins from your address: try again later", pause);
        }

        try
        {
            var user = name.Length is 0 or > MaximumPassword || password.Length > MaximumPassword ? null
                : await CheckInTurnAsync(backend, name, password, context.RequestAborted).ConfigureAwait(false);
            if (user is null)
            {
                // The name may be a password that somebody typed into the wrong field: only one that exists is told.
                LogFailed(_logger, address, backend.Find(name) is { Stamp.Length: > 0 } ? name : "an unknown user");
                return AccessDecision.Refused(HttpStatusCode.Unauthorized, "the user name or the password is not right");
            }

            _throttle.Succeed(address);
            _remembered.Add(backend, user, password);
            return Welcome(backend, user, givesToken);
        }
        catch (AuthenticationUnavailableException e)
        {
            _throttle.Succeed(address);
            LogUnavailable(_logger, backend.Name, e.Message);
            return AccessDecision.Refused(HttpStatusCode.ServiceUnavailable, "log-ins cannot be checked now: try again later", TimeSpan.FromSeconds(5));
        }
    }

    private async ValueTask<UserRecord?> CheckInTurnAsync(IAuthenticationBackend backend, string name, string password, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaximumWaitingChecks || !await _checks.WaitAsync(s_checkPatience, cancellationToken).ConfigureAwait(false))
            {
                throw new AuthenticationUnavailableException("too many log-ins at once");
            }

            try
            {
                return await Task.Run(() => backend.CheckAsync(name, password, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _checks.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private AccessDecision Welcome(IAuthenticationBackend backend, UserRecord user, bool givesToken) =>
        AccessDecision.Known(MakeCaller(backend, user, null, givesToken ? _tokens.Issue(backend, user) : null));

    private Caller MakeCaller(IAuthenticationBackend backend, UserRecord user, AccessToken? token, string? newToken) => new()
    {
        Name = user.Name,
        NewToken = newToken,
        IsAllowed = permission => backend.Find(user.Name) is { } current && _policy.IsAllowed(current.Name, GroupsOf(backend, current), permission),
        IsValid = () => backend.Find(user.Name)?.Stamp == user.Stamp && (token is null || _tokens.IsValid(token)),
    };

    private IReadOnlyList<string> GroupsOf(IAuthenticationBackend backend, UserRecord user) =>
        user.Groups.Count > 0 ? user.Groups : _policy.HasGroups(user.Name) ? [] : [_roles[backend]];

    [LoggerMessage(3111, LogLevel.Warning, "A log-in from {Address} failed: the password of {User} was not right")]
    private static partial void LogFailed(ILogger logger, IPAddress? address, string user);

    [LoggerMessage(3112, LogLevel.Error, "Log-ins cannot be checked by {Backend}: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string backend, string reason);
}
