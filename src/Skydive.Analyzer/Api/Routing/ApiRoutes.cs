using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Skydive.Contracts.Status;

namespace Skydive.Analyzer.Api.Routing;

/// <summary>The endpoints of a service: maps them, and serves the document that describes them.</summary>
internal static class ApiRoutes
{
    /// <summary>Where the description is served.</summary>
    public const string DocumentPath = "/api/openapi.json";

    /// <summary>Maps endpoints, and that of their description.</summary>
    /// <param name="app">The web application.</param>
    /// <param name="info">Whose API it is.</param>
    /// <param name="routes">The endpoints.</param>
    public static void Map(WebApplication app, ServiceInfo info, IReadOnlyList<ApiRoute> routes)
    {
        byte[]? document = null;
        IReadOnlyList<ApiRoute> all = [];
        all =
        [
            .. routes,
            new()
            {
                Verb = "GET",
                Path = DocumentPath,
                Summary = "Describes the API as an OpenAPI document.",
                Tag = "Service",
                Answers = [new(200, "The document", ApiSchema.Any)],
                Handle = context =>
                {
                    document ??= JsonSerializer.SerializeToUtf8Bytes(OpenApiDocument.Make(info, all), Patches.PatchJsonContext.Default.JsonNode);
                    context.Response.ContentType = ResourceRequests.JsonType;
                    return context.Response.Body.WriteAsync(document, context.RequestAborted).AsTask();
                },
            },
        ];
        foreach (var route in all)
        {
            var handle = Limited(route);
            var endpoint = route.Verb is null ? app.Map(route.Path, handle) : app.MapMethods(route.Path, [route.Verb], handle);
            endpoint.WithMetadata(route);
        }
    }

    private static RequestDelegate Limited(ApiRoute route) => route.Body is null ? route.Handle : context =>
    {
        LimitedBody.Apply(context.Request, route.MaximumBytes);
        return route.Handle(context);
    };
}
