using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>The description of the API that the service gives of itself.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_HasEveryRouteAndNothingElse()
    {
        await using var host = await TestHost.StartAsync();
        var document = await ReadAsync(host.Http);

        Assert.Equal("3.1.0", (string?)document["openapi"]);
        var described = document["paths"]!.AsObject().SelectMany(static path => path.Value!.AsObject().Select(operation => operation.Key.ToUpperInvariant() + " " + path.Key)).ToHashSet(StringComparer.Ordinal);
        var served = host.Endpoints.OfType<RouteEndpoint>().SelectMany(static endpoint =>
        {
            string path = endpoint.RoutePattern.RawText!.Replace("{**", "{", StringComparison.Ordinal);
            return (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(verb => verb + " " + path);
        }).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(served.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        Assert.True(described.Count > 30);
    }

    [Fact]
    public async Task Document_SaysOfEachRouteWhatItIs()
    {
        await using var host = await TestHost.StartAsync();
        foreach (var document in new[] { await ReadAsync(host.Http) })
        {
            foreach (var (path, item) in document["paths"]!.AsObject())
            {
                foreach (var (verb, operation) in item!.AsObject())
                {
                    Assert.False(string.IsNullOrEmpty((string?)operation!["summary"]), $"{verb} {path}");
                    Assert.True(operation["responses"]!.AsObject().Count > 1, $"{verb} {path} says nothing of its answers");
                    Assert.All(path.Split('/').Where(static part => part.StartsWith('{')), part =>
                        Assert.Contains(operation["parameters"]!.AsArray(), parameter => (string?)parameter!["name"] == part.Trim('{', '}')));
                }
            }
        }

        // Every reference leads somewhere.
        string text = await host.Http.GetStringAsync(new Uri("/api/openapi.json", UriKind.Relative), TestContext.Current.CancellationToken);
        var schemas = JsonNode.Parse(text)!["components"]!["schemas"]!.AsObject();
        foreach (System.Text.RegularExpressions.Match reference in System.Text.RegularExpressions.Regex.Matches(text, "\"\\$ref\":\"([^\"]*)\""))
        {
            Assert.StartsWith("#/components/schemas/", reference.Groups[1].Value, StringComparison.Ordinal);
            Assert.True(schemas.ContainsKey(reference.Groups[1].Value.Split('/')[^1]), reference.Value);
        }
    }

    [Fact]
    public async Task Document_OfAnAgent_HasItsRoutes()
    {
        await using var host = await TestAgentHost.StartAsync(new());
        var document = await ReadAsync(host.Http);

        Assert.Contains("agent", (string?)document["info"]!["title"], StringComparison.Ordinal);
        Assert.Equal(
            [
                "/api", "/api/config", "/api/config/{id}", "/api/gremlin/complete", "/api/gremlin/validate", "/api/openapi.json", "/api/status", "/api/topology", "/healthz", "/login", "/logout",
                "/metrics", "/readyz", "/ws/subscriber",
            ],
            document["paths"]!.AsObject().Select(static path => path.Key).Order(StringComparer.Ordinal));
    }

    /// <summary>What Skydive answered is what the document says of our answers: whoever reads it can read both.</summary>
    [Fact]
    public async Task Document_DescribesEveryRecordedAnswer()
    {
        await using var host = await TestHost.StartAsync();
        var document = await ReadAsync(host.Http);
        int checkedAnswers = 0;
        foreach (var entry in Golden.Entries.Where(static entry => entry.Json.TryGetProperty("json", out _) && !entry.Json.TryGetProperty("port", out _) && !GoldenPlan.IsPending(entry)))
        {
            var operation = Find(document, entry.Json.GetProperty("method").GetString()!, entry.Json.GetProperty("path").GetString()!);
            Assert.True(operation is not null, $"{entry.Name}: no such path");
            string status = entry.Json.GetProperty("status").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture);
            var answer = operation["responses"]![status];
            Assert.True(answer is not null, $"{entry.Name}: status {status} is not described");
            if (answer["content"]?["application/json"]?["schema"] is { } schema)
            {
                var problems = SchemaCheck.Of(document, schema, entry.Json.GetProperty("json")).Take(3).ToList();
                Assert.True(problems.Count == 0, $"{entry.Name}: {string.Join("; ", problems)}");
                checkedAnswers++;
            }

            // And so is what was asked.
            if (entry.Json.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object && operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } bodySchema && status[0] == '2')
            {
                var problems = SchemaCheck.Of(document, bodySchema, body).Take(3).ToList();
                Assert.True(problems.Count == 0, $"body of {entry.Name}: {string.Join("; ", problems)}");
            }
        }

        Assert.True(checkedAnswers > 100, $"{checkedAnswers} answers were checked");
    }

    [Fact]
    public async Task Check_FindsWhatIsWrong()
    {
        await using var host = await TestHost.StartAsync();
        var document = await ReadAsync(host.Http);
        var schema = document["paths"]!["/api/node/{id}"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!;
        using var wrong = JsonDocument.Parse("""{"ID":7,"Metadata":[]}""");
        using var lacking = JsonDocument.Parse("""{"ID":"n"}""");
        Assert.Equal(2, SchemaCheck.Of(document, schema, wrong.RootElement).Count());
        Assert.Single(SchemaCheck.Of(document, schema, lacking.RootElement));
    }

    private static JsonNode? Find(JsonNode document, string verb, string path)
    {
        string[] parts = path.Split('/');
        return document["paths"]!.AsObject()
            .Where(item => item.Value!.AsObject().ContainsKey(verb.ToLowerInvariant()) && Matches(item.Key.Split('/'), parts))
            .OrderBy(static item => item.Key.Contains('{', StringComparison.Ordinal))
            .Select(item => item.Value![verb.ToLowerInvariant()]).FirstOrDefault();
    }

    private static bool Matches(string[] pattern, string[] path) =>
        pattern.Length == path.Length && pattern.Zip(path).All(static pair => pair.First.StartsWith('{') || pair.First == pair.Second);

    private static async Task<JsonNode> ReadAsync(HttpClient http) =>
        JsonNode.Parse(await http.GetStringAsync(new Uri("/api/openapi.json", UriKind.Relative), TestContext.Current.CancellationToken))!;
}
