using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Injections;
using Skydive.Contracts;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Injections;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/injectpacket</c>.</summary>
internal sealed class InjectionEndpoint(InjectionManager injections)
{
    /// <summary>GET: all injections by identifier.</summary>
    public Task ListAsync(HttpContext context)
    {
        context.Response.ContentType = ResourceRequests.JsonType;
        return JsonSerializer.SerializeAsync(
            context.Response.Body, injections.List(), ContractsJsonContext.Default.IReadOnlyDictionaryStringInjection, context.RequestAborted);
    }

    /// <summary>GET with an identifier: one injection.</summary>
    public Task GetAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        return injections.Find(id) is { } injection ? WriteAsync(context, injection) : NotFoundAsync(context, id);
    }

    /// <summary>POST: a new injection.</summary>
    public async Task CreateAsync(HttpContext context)
    {
        var injection = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.Injection, context.RequestAborted).ConfigureAwait(false)
            ?? throw new JsonException("expected a JSON object");
        var timeToLive = ResourceRequests.ReadTimeToLive(context, ErrorCodes.InvalidInjection);
        var created = await injections.CreateAsync(injection, timeToLive, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await WriteAsync(context, created).ConfigureAwait(false);
    }

    /// <summary>DELETE: stops an injection.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        if (!await injections.DeleteAsync(id, context.RequestAborted).ConfigureAwait(false))
        {
            await NotFoundAsync(context, id).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/plain";
    }

    private static Task WriteAsync(HttpContext context, Injection injection)
    {
        context.Response.ContentType = ResourceRequests.JsonType;
        return JsonSerializer.SerializeAsync(context.Response.Body, injection, ContractsJsonContext.Default.Injection, context.RequestAborted);
    }

    private static Task NotFoundAsync(HttpContext context, string id) =>
        ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status404NotFound, ErrorCodes.InjectionNotFound, $"Injection '{id}' not found"));
}
