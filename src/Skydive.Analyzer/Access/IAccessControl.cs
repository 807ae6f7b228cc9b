using Microsoft.AspNetCore.Http;

namespace Skydive.Analyzer.Access;

/// <summary>Knows users, their log-ins and their tokens. Safe for use by several threads at once.</summary>
public interface IAccessControl
{
    /// <summary>Finds out who sends a request, by its headers and cookies.</summary>
    /// <param name="context">The request.</param>
    /// <param name="realm">Whose log-in counts.</param>
    ValueTask<AccessDecision> IdentifyAsync(HttpContext context, AccessRealm realm);

    /// <summary>Logs someone in.</summary>
    /// <param name="user">The name.</param>
    /// <param name="password">The password.</param>
    /// <param name="context">The request.</param>
    /// <returns>Who it is, with <see cref="Caller.NewToken"/> unless nobody has to log in.</returns>
    ValueTask<AccessDecision> LogInAsync(string user, string password, HttpContext context);

    /// <summary>Makes the token of a request worthless; nothing when it has none.</summary>
    /// <param name="context">The request.</param>
    void LogOut(HttpContext context);
}
