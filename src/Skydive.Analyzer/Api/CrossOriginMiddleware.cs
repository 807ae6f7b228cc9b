using System.Net;
using Microsoft.AspNetCore.Http;
using Skydive.Contracts.Errors;

namespace Skydive.Analyzer.Api;

/// <summary>
/// Keeps pages of other origins out: any page that a user visits could otherwise read the topology and start captures with his browser. Programs other than browsers
/// send no Origin.
/// </summary>
internal sealed class CrossOriginMiddleware(RequestDelegate next, ApiProtection protection)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!IsOurName(request.Host))
        {
            return RefuseAsync(context, $"the service is not known as '{request.Host.Host}': set http.allowed_hosts to let requests for this name in");
        }

        string? origin = request.Headers.Origin.FirstOrDefault();
        if (origin is null || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        if (!protection.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            return RefuseAsync(context, $"pages of {origin} may not use this service: set http.allowed_origins to let them");
        }

        return ServeOtherOrigin(context, origin);
    }

    private static Task RefuseAsync(HttpContext context, string detail) =>
        ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status403Forbidden, ErrorCodes.AccessDenied, detail));

    private bool IsOurName(HostString host) =>
        protection.AllowedHosts is not { } names
        || host.Host.Length == 0
        || IPAddress.TryParse(host.Host.Trim('[', ']'), out _)
        || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || names.Contains(host.Host.TrimEnd('.'), StringComparer.OrdinalIgnoreCase);

    private Task ServeOtherOrigin(HttpContext context, string origin)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        headers.AccessControlExposeHeaders = "X-Host-ID, X-Service-Type";
        headers.Vary = "Origin";
        if (!HttpMethods.IsOptions(context.Request.Method) || context.Request.Headers.AccessControlRequestMethod.Count == 0)
        {
            return next(context);
        }

        headers.AccessControlAllowMethods = "GET, POST, PATCH, DELETE";
        headers.AccessControlAllowHeaders = "Accept, Authorization, Content-Type, X-Auth-Token, X-Resource-TTL";
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
