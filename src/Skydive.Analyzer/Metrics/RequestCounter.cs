using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Skydive.Analyzer.Metrics;

/// <summary>Counts requests and their time by method and status. Safe for use by several threads at once.</summary>
internal sealed class RequestCounter
{
    private readonly ConcurrentDictionary<(string Method, int Status), Count> _counts = new();
    private long _underWay;

    /// <summary>Serves a request and counts it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">Serves it.</param>
    public async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        long began = TimeProvider.System.GetTimestamp();
        Interlocked.Increment(ref _underWay);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
            string method = context.Request.Method is "GET" or "POST" or "PATCH" or "PUT" or "DELETE" or "HEAD" or "OPTIONS" ? context.Request.Method : "other";
            var count = _counts.GetOrAdd((method, context.Response.StatusCode), static _ => new());
            Interlocked.Increment(ref count.Requests);

            // How long a client stays connected tells nothing of us.
            if (context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols)
            {
                Interlocked.Add(ref count.Ticks, TimeProvider.System.GetElapsedTime(began).Ticks);
            }
        }
    }

    /// <summary>Writes the counters.</summary>
    public void Write(MetricWriter writer)
    {
        var counts = _counts.OrderBy(static entry => entry.Key).ToArray();
        writer.Gauge("http_requests_active", "Requests and WebSocket connections that are being served.").Value(Interlocked.Read(ref _underWay));
        writer.Counter("http_requests_total", "Requests that were answered, by method and status.");
        foreach (var ((method, status), count) in counts)
        {
            writer.Value(Interlocked.Read(ref count.Requests), ("method", method), ("code", status.ToString(CultureInfo.InvariantCulture)));
        }

        writer.Counter("http_request_seconds_total", "Seconds that these took, WebSocket connections left out.");
        foreach (var ((method, status), count) in counts)
        {
            writer.Value(TimeSpan.FromTicks(Interlocked.Read(ref count.Ticks)).TotalSeconds, ("method", method), ("code", status.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private sealed class Count
    {
        public long Requests;
        public long Ticks;
    }
}
