using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Captures;
using Skydive.Analyzer.Resources;
using Skydive.Contracts;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Flows;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/capture</c>.</summary>
internal sealed class CaptureEndpoint(CaptureManager captures, LayerKeyMode defaultLayerKeyMode)
{
    /// <summary>GET: all captures by identifier.</summary>
    public Task ListAsync(HttpContext context)
    {
        context.Response.ContentType = ResourceRequests.JsonType;
        return JsonSerializer.SerializeAsync(
            context.Response.Body, captures.List(), ContractsJsonContext.Default.IReadOnlyDictionaryStringCapture, context.RequestAborted);
    }

    /// <summary>GET with an identifier: one capture.</summary>
    public Task GetAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        if (captures.Find(id) is not { } capture)
        {
            return NotFoundAsync(context, id);
        }

        return WriteAsync(context, capture);
    }

    /// <summary>POST: a new capture.</summary>
    public async Task CreateAsync(HttpContext context)
    {
        using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted).ConfigureAwait(false);
        var body = document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement : throw new JsonException("expected a JSON object");
        var capture = ReadPath(body) is { } path ? DeserializeWith(body, ProbePath.ToGremlin(path)) : body.Deserialize(ContractsJsonContext.Default.Capture)!;
        if (!body.TryGetProperty(nameof(Capture.LayerKeyMode), out _))
        {
            capture = capture with { LayerKeyMode = defaultLayerKeyMode };
        }

        var timeToLive = ResourceRequests.ReadTimeToLive(context, ErrorCodes.InvalidCapture);
        var created = await captures.CreateAsync(capture, timeToLive, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await WriteAsync(context, created).ConfigureAwait(false);
    }

    /// <summary>DELETE: ends a capture.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        if (!await captures.DeleteAsync(id, context.RequestAborted).ConfigureAwait(false))
        {
            await NotFoundAsync(context, id).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/plain";
    }

    /// <summary>The path that takes the place of a query; null when there is none.</summary>
    private static string? ReadPath(JsonElement body)
    {
        if (!body.TryGetProperty(nameof(Capture.ProbePath), out var member) || member.ValueKind != JsonValueKind.String || member.GetString() is not { Length: > 0 } path)
        {
            return null;
        }

        return body.TryGetProperty(nameof(Capture.GremlinQuery), out var query) && !(query.ValueKind == JsonValueKind.String && query.ValueEquals(default(ReadOnlySpan<byte>)))
            ? throw new ResourceException(400, ErrorCodes.InvalidCapture, "ProbePath: the nodes are given by GremlinQuery already: expected one of the two")
            : path;
    }

    private static Capture DeserializeWith(JsonElement body, string gremlin)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteString(nameof(Capture.GremlinQuery), gremlin);
            foreach (var member in body.EnumerateObject().Where(static member => !member.NameEquals(nameof(Capture.GremlinQuery))))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonSerializer.Deserialize(text.GetBuffer().AsSpan(0, (int)text.Length), ContractsJsonContext.Default.Capture)!;
    }

    private static Task WriteAsync(HttpContext context, Capture capture)
    {
        context.Response.ContentType = ResourceRequests.JsonType;
        return JsonSerializer.SerializeAsync(context.Response.Body, capture, ContractsJsonContext.Default.Capture, context.RequestAborted);
    }

    private static Task NotFoundAsync(HttpContext context, string id) =>
        ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status404NotFound, ErrorCodes.CaptureNotFound, $"Capture '{id}' not found"));
}
