using Microsoft.AspNetCore.Http;

namespace Skydive.Analyzer.Api;

/// <summary>What browsers must not do with answers: the API gives nothing that is to be shown, run or kept. What does, such as a page, says otherwise itself.</summary>
internal static class SecurityHeaders
{
    public static void Set(HttpResponse response)
    {
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
    }
}
