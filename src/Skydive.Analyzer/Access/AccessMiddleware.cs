using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Skydive.Analyzer.Api;
using Skydive.Contracts.Errors;

namespace Skydive.Analyzer.Access;

/// <summary>
/// Lets a request through when its sender is known and may do what the endpoint does (<see cref="AccessRequirement"/>): 401 when he is not known, 403 when he
/// may not. A WebSocket is closed when what its client came in with no longer holds.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, ApiProtection protection, TimeProvider time)
{
    private const string TokenParameter = "x-auth-token";

    private static readonly TimeSpan s_validityCheck = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext context)
    {
        // What routing puts in place of a path with another method says 405 and nothing else.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        if (!protection.AllowTokenInUrl && context.Request.Query[TokenParameter].Any(static value => !string.IsNullOrEmpty(value)))
        {
            await RefuseAsync(
                context, StatusCodes.Status400BadRequest, ErrorCodes.InvalidToken, "a token in a URL gets into logs and histories: send it in the header X-Auth-Token (http.token_in_url would allow it)").ConfigureAwait(false);
            return;
        }

        var requirement = endpoint.Metadata.GetMetadata<AccessRequirement>();
        if (requirement is { IsPublic: true })
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var decision = await protection.Access.IdentifyAsync(context, requirement?.Realm ?? AccessRealm.Api).ConfigureAwait(false);
        if (!decision.IsKnown)
        {
            await RefuseAsync(context, decision).ConfigureAwait(false);
            return;
        }

        var caller = decision.Caller;
        bool isAllowed = requirement is null ? caller == Caller.Anybody : requirement.Permission is not { } permission || caller.IsAllowed(permission);
        if (!isAllowed)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, ErrorCodes.AccessDenied, Denied(caller, requirement?.Permission)).ConfigureAwait(false);
            return;
        }

        if (caller.NewToken is not null)
        {
            AccessCookies.Set(context, caller);
        }

        context.Features.Set(caller);
        await (context.WebSockets.IsWebSocketRequest && caller != Caller.Anybody ? ServeWhileValidAsync(context, caller, requirement?.Permission) : next(context)).ConfigureAwait(false);
    }

    /// <summary>What a caller without a permission is told.</summary>
    public static string Denied(Caller caller, Permission? permission) =>
        permission is { } needed ? $"{caller.Name} may not do this: it needs the permission {needed}" : $"{caller.Name} may not do this";

    /// <summary>Answers with why nobody is known.</summary>
    public static Task RefuseAsync(HttpContext context, AccessDecision decision)
    {
        if (decision.RetryAfter is { } pause)
        {
            context.Response.Headers.RetryAfter = ((long)Math.Ceiling(pause.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if ((int)decision.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"skydive\", charset=\"UTF-8\"";
        }

        return RefuseAsync(
            context,
            (int)decision.Status,
            (int)decision.Status == StatusCodes.Status429TooManyRequests ? ErrorCodes.TooManyRequests : ErrorCodes.AuthenticationFailed,
            decision.Detail);
    }

    private static Task RefuseAsync(HttpContext context, int status, string code, string detail) => ApiErrors.WriteAsync(context, ApiErrors.Make(status, code, detail));

    private async Task ServeWhileValidAsync(HttpContext context, Caller caller, Permission? permission)
    {
        bool Holds() => caller.IsValid() && (permission is not { } needed || caller.IsAllowed(needed));
        await using var check = time.CreateTimer(
            _ =>
            {
                if (!Holds())
                {
                    context.Abort();
                }
            },
            null,
            s_validityCheck,
            s_validityCheck);
        await next(context).ConfigureAwait(false);
    }
}
