using Microsoft.AspNetCore.Http;

namespace Skydive.Analyzer.Access;

/// <summary>Nobody has to log in.</summary>
public sealed class OpenAccess : IAccessControl
{
    /// <inheritdoc/>
    public ValueTask<AccessDecision> IdentifyAsync(HttpContext context, AccessRealm realm) => new(AccessDecision.Known(Caller.Anybody));

    /// <inheritdoc/>
    public ValueTask<AccessDecision> LogInAsync(string user, string password, HttpContext context) => new(AccessDecision.Known(Caller.Anybody));

    /// <inheritdoc/>
    public void LogOut(HttpContext context)
    {
    }
}
