using Microsoft.AspNetCore.Http;
using Skydive.Contracts.Errors;

namespace Skydive.Analyzer.Api;

/// <summary>
/// Refuses requests that a browser sends for a page of another origin: nobody has to log in, so any page that a user of this host visits
/// could otherwise read the topology and start captures. Programs other than browsers send no Origin.
/// </summary>
internal sealed class CrossOriginMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        string? origin = request.Headers.Origin.FirstOrDefault();
        if (origin is null || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        return ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status403Forbidden, ErrorCodes.AccessDenied, $"pages of {origin} may not use this service"));
    }
}
