using System.Globalization;
using System.Text.Json.Nodes;
using Skydive.Contracts;
using Skydive.Contracts.Status;

namespace Skydive.Analyzer.Api.Routing;

/// <summary>The API as an OpenAPI 3.1 document, made from the table of its endpoints.</summary>
internal static class OpenApiDocument
{
    /// <summary>Makes the document.</summary>
    /// <param name="info">Whose API it is.</param>
    /// <param name="routes">The endpoints.</param>
    public static JsonObject Make(ServiceInfo info, IReadOnlyList<ApiRoute> routes)
    {
        var paths = new JsonObject();
        foreach (var route in routes)
        {
            string path = route.Path.Replace("{**", "{", StringComparison.Ordinal);
            if (paths[path] is not JsonObject item)
            {
                paths[path] = item = [];
            }

            // A WebSocket begins as a GET.
            item[(route.Verb ?? "GET").ToLowerInvariant()] = Describe(route);
        }

        var context = ContractsJsonContext.Default;
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = $"SkydivePS {info.Service}",
                ["version"] = info.Version,
                ["description"] = "Topology, flows, captures and injections. Errors are texts, or problem documents (RFC 9457) for clients that accept application/problem+json.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject
                {
                    ["Node"] = ApiSchema.Describe(context.Node),
                    ["Edge"] = ApiSchema.Describe(context.Edge),
                    ["Graph"] = ApiSchema.Describe(context.SubGraph),
                    ["Capture"] = ApiSchema.Describe(context.Capture),
                    ["Injection"] = ApiSchema.Describe(context.Injection),
                    ["Flow"] = ApiSchema.Describe(context.Flow),
                    ["Error"] = ApiSchema.Describe(context.ApiError),
                },
            },
        };
    }

    private static JsonObject Describe(ApiRoute route)
    {
        var operation = new JsonObject { ["summary"] = route.Summary, ["tags"] = new JsonArray(route.Tag) };
        var parameters = new JsonArray();
        foreach (string name in route.Path.Split('/').Where(static part => part.StartsWith('{')).Select(static part => part.Trim('{', '}', '*')))
        {
            parameters.Add(Parameter(name, "path", "Identifier", isRequired: true));
        }

        foreach (var parameter in route.Parameters)
        {
            parameters.Add(Parameter(parameter.Name, parameter.Place, parameter.Meaning, parameter.IsRequired));
        }

        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }

        if (route.Body is { } body)
        {
            operation["requestBody"] = new JsonObject { ["required"] = !route.IsBodyOptional, ["content"] = Content(route.BodyType, body) };
        }

        if (route.Object is not null)
        {
            operation["x-permission"] = new JsonObject { ["object"] = route.Object, ["action"] = route.Action };
        }

        var responses = new JsonObject();
        foreach (var answers in route.Answers.GroupBy(static answer => answer.Status))
        {
            responses[answers.Key.ToString(CultureInfo.InvariantCulture)] = Answer([.. answers]);
        }

        responses["default"] = new JsonObject
        {
            ["description"] = "What is wrong",
            ["content"] = new JsonObject
            {
                ["text/plain"] = new JsonObject { ["schema"] = ApiSchema.Text.ToJson() },
                ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Error" } },
            },
        };
        operation["responses"] = responses;
        return operation;
    }

    private static JsonObject Answer(IReadOnlyList<ApiAnswer> answers)
    {
        var answer = new JsonObject { ["description"] = answers[0].Meaning };
        foreach (var part in answers.Where(static part => part.Schema is not null))
        {
            if (answer["content"] is not JsonObject content)
            {
                answer["content"] = content = [];
            }

            content[part.MediaType] = new JsonObject { ["schema"] = part.Schema!.ToJson() };
        }

        return answer;
    }

    private static JsonObject Content(string type, ApiSchema schema) => new() { [type] = new JsonObject { ["schema"] = schema.ToJson() } };

    private static JsonObject Parameter(string name, string place, string meaning, bool isRequired) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = isRequired,
        ["description"] = meaning,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };
}
