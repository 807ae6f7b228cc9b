using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.PingMeshes;
using Skydive.Analyzer.Resources;
using Skydive.Contracts;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/pingmesh</c>: round trip time, loss and jitter of every pair of a selection, now and in the past.</summary>
internal sealed class PingMeshEndpoint(PingMeshManager meshes, TimeProvider time)
{
    /// <summary>GET: all meshes by identifier, without their pairs.</summary>
    public async Task ListAsync(HttpContext context)
    {
        var all = await meshes.ListAsync(context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = ResourceRequests.JsonType;
        await JsonSerializer.SerializeAsync(context.Response.Body, all, ContractsJsonContext.Default.IReadOnlyDictionaryStringPingMesh, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>GET with an identifier: one mesh with its pairs; with <c>at</c>, or <c>from</c> and <c>to</c>, what they measured then.</summary>
    public async Task GetAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        var mesh = ReadSlice(context) is { } slice
            ? await meshes.FindAsync(id, slice, context.RequestAborted).ConfigureAwait(false)
            : await meshes.FindAsync(id, context.RequestAborted).ConfigureAwait(false);
        await (mesh is null ? NotFoundAsync(context, id) : WriteAsync(context, mesh)).ConfigureAwait(false);
    }

    /// <summary>GET with an identifier and <c>samples</c>: the time series of its pairs.</summary>
    public async Task GetSamplesAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        var slice = ReadSlice(context) ?? new(0, long.MaxValue);
        if (await meshes.GetSamplesAsync(id, slice, context.RequestAborted).ConfigureAwait(false) is not { } samples)
        {
            await NotFoundAsync(context, id).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = ResourceRequests.JsonType;
        await JsonSerializer.SerializeAsync(context.Response.Body, samples, ContractsJsonContext.Default.IReadOnlyListPingSample, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>POST: a new mesh.</summary>
    public async Task CreateAsync(HttpContext context)
    {
        var mesh = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.PingMesh, context.RequestAborted).ConfigureAwait(false)
            ?? throw new JsonException("expected a JSON object");
        var timeToLive = ResourceRequests.ReadTimeToLive(context, ErrorCodes.InvalidPingMesh);
        var created = await meshes.CreateAsync(mesh, timeToLive, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await WriteAsync(context, created).ConfigureAwait(false);
    }

    /// <summary>DELETE: ends a mesh.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        if (!await meshes.DeleteAsync(id, context.RequestAborted).ConfigureAwait(false))
        {
            await NotFoundAsync(context, id).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/plain";
    }

    /// <summary>The time that is asked for; null for now.</summary>
    private TimeSlice? ReadSlice(HttpContext context)
    {
        var now = time.GetUtcNow();
        if (ReadTime(context, "at", now) is { } at)
        {
            return TimeSlice.At(at);
        }

        long? from = ReadTime(context, "from", now);
        long? to = ReadTime(context, "to", now);
        if (from is null && to is null)
        {
            return null;
        }

        long last = to ?? now.ToUnixTimeMilliseconds();
        return from > last
            ? throw Invalid("from is after to")
            : new(from ?? 0, last);
    }

    private static long? ReadTime(HttpContext context, string name, DateTimeOffset now)
    {
        if (context.Request.Query[name].FirstOrDefault() is not { Length: > 0 } text)
        {
            return null;
        }

        MetadataValue value = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : text;
        return GremlinEngine.ParseTime(value, now)
            ?? throw Invalid($"{name}: '{text}' is no time: give a duration from now (-5m), an RFC 3339 time, or seconds or milliseconds since 1970");
    }

    private static ResourceException Invalid(string message) => new(400, ErrorCodes.InvalidPingMesh, message);

    private static Task WriteAsync(HttpContext context, PingMesh mesh)
    {
        context.Response.ContentType = ResourceRequests.JsonType;
        return JsonSerializer.SerializeAsync(context.Response.Body, mesh, ContractsJsonContext.Default.PingMesh, context.RequestAborted);
    }

    private static Task NotFoundAsync(HttpContext context, string id) =>
        ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status404NotFound, ErrorCodes.PingMeshNotFound, $"Ping mesh '{id}' not found"));
}
