using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Access;
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
            var endpoint = route.Verb is null ? app.Map(route.Path, route.Handle) : app.MapMethods(route.Path, [route.Verb], route.Handle);
            endpoint.WithMetadata(
                route,
                new AccessRequirement(
                    route.Object is null ? null : new(route.Object, route.Action!), route.IsOpen, route.IsForAgents ? AccessRealm.Cluster : AccessRealm.Api));
            if (route.MaximumBytes is { } maximum)
            {
                endpoint.WithMetadata(new BodyLimit(maximum));
            }
        }
    }
}
