using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Skydive.Analyzer.Resources;
using Skydive.Gremlin.Time;

namespace Skydive.Analyzer.Api;

/// <summary>What requests for resources (captures, injections) have in common.</summary>
internal static class ResourceRequests
{
    /// <summary>The media type of answers.</summary>
    public const string JsonType = "application/json; charset=UTF-8";

    private const string TimeToLiveHeader = "X-Resource-TTL";

    /// <summary>The identifier that a request is about: the rest of its path.</summary>
    /// <param name="context">The request.</param>
    public static string IdOf(HttpContext context) => context.GetRouteValue("id") as string ?? string.Empty;

    /// <summary>After how long the new resource ends by itself; null for never.</summary>
    /// <param name="context">The request.</param>
    /// <param name="errorCode">The code that tells of an invalid resource.</param>
    /// <exception cref="ResourceException">The header is no duration.</exception>
    public static TimeSpan? ReadTimeToLive(HttpContext context, string errorCode)
    {
        if (context.Request.Headers[TimeToLiveHeader].FirstOrDefault() is not { Length: > 0 } text)
        {
            return null;
        }

        return GoDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero
            ? duration
            : throw new ResourceException(400, errorCode, $"{TimeToLiveHeader}: '{text}' is no duration such as 30s or 1h30m");
    }
}
