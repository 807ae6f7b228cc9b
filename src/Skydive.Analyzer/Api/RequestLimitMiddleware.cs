using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Access;
using Skydive.Contracts.Errors;

namespace Skydive.Analyzer.Api;

/// <summary>Limits how long the body of a request may be (413 beyond that), and how often one client changes something (429).</summary>
internal sealed class RequestLimitMiddleware : IDisposable
{
    private const int BurstSeconds = 5;

    private readonly RequestDelegate _next;
    private readonly ApiLimits _limits;
    private readonly PartitionedRateLimiter<HttpContext> _limiter;

    public RequestLimitMiddleware(RequestDelegate next, ApiLimits limits)
    {
        _next = next;
        _limits = limits;
        _limiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => RateLimitPartition.GetTokenBucketLimiter(
            ClientAddress.KeyOf(context.Connection.RemoteIpAddress),
            _ => new()
            {
                TokenLimit = limits.WritesPerSecond * BurstSeconds,
                TokensPerPeriod = Math.Max(1, limits.WritesPerSecond / 10),
                ReplenishmentPeriod = TimeSpan.FromMilliseconds(limits.WritesPerSecond < 10 ? 1000.0 / limits.WritesPerSecond : 100),
            }));
    }

    public Task InvokeAsync(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        LimitedBody.Apply(context.Request, metadata?.GetMetadata<BodyLimit>()?.Bytes ?? _limits.MaximumBodyBytes);

        if (metadata?.GetMetadata<AccessRequirement>() is not { Permission.Action: "write" })
        {
            return _next(context);
        }

        using var lease = _limiter.AttemptAcquire(context);
        if (lease.IsAcquired)
        {
            return _next(context);
        }

        context.Response.Headers.RetryAfter = "1";
        return ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status429TooManyRequests, ErrorCodes.TooManyRequests, "more changes than one client may make: wait a second"));
    }

    public void Dispose() => _limiter.Dispose();
}
