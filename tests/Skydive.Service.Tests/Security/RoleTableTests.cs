using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Skydive.Analyzer.Access;
using Skydive.Service.Hosting;
using Skydive.Service.Security;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Security;

/// <summary>Who gets what: every endpoint with every method by every role, over real HTTP.</summary>
public sealed class RoleTableTests : IAsyncLifetime
{
    private static readonly string s_configuration =
        $"""
        analyzer.auth.api.backend: basic
        auth:
          basic:
            users:
              ann: {Hash("ann")}
              bob: {Hash("bob")}
              web1: {Hash("web1")}
              carol: {Hash("carol")}
              dave: {Hash("dave")}
              eve: {Hash("eve")}
        rbac:
          policy:
            - g, bob, guest
            - g, web1, agent
            - g, carol, operator
            - p, operator, capture, *, allow
            - p, operator, capture, rawpackets, deny
            - p, operator, pcap, write, allow
            - g, dave, admin
            - p, dave, injectpacket, write, deny
            - g, eve, nothing
            - p, nothing, alert, read, deny
        """;

    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>
    /// What each endpoint is for, beside what it says itself: <c>public</c>, <c>user</c> for whoever has logged in, or the permission. One that is not here fails the test.
    /// </summary>
    private static readonly Dictionary<string, string> s_analyzer = new()
    {
        ["GET /healthz"] = "public",
        ["GET /readyz"] = "public",
        ["GET /login"] = "public",
        ["POST /login"] = "public",
        ["POST /logout"] = "public",
        ["GET /api"] = "user",
        ["GET /api/topology"] = "topology read",
        ["POST /api/topology"] = "topology read",
        ["POST /api/topology/compare"] = "topology read",
        ["POST /api/gremlin/validate"] = "topology read",
        ["POST /api/gremlin/complete"] = "topology read",
        ["POST /api/flow/path"] = "topology read",
        ["GET /api/status"] = "status read",
        ["GET /api/config/{**id}"] = "config read",
        ["GET /api/openapi.json"] = "user",
        ["GET /metrics"] = "status read",
        ["GET /api/node"] = "node read",
        ["GET /api/node/{**id}"] = "node read",
        ["POST /api/node"] = "node write",
        ["PATCH /api/node/{**id}"] = "node write",
        ["DELETE /api/node/{**id}"] = "node write",
        ["GET /api/edge"] = "edge read",
        ["GET /api/edge/{**id}"] = "edge read",
        ["POST /api/edge"] = "edge write",
        ["PATCH /api/edge/{**id}"] = "edge write",
        ["DELETE /api/edge/{**id}"] = "edge write",
        ["GET /rpc/topology"] = "topology read",
        ["GET /rpc/flows"] = "topology read",
        ["GET /rpc/conversation/{**id}"] = "topology read",
        ["GET /api/flow/search"] = "topology read",
        ["GET /api/flow/conversation/{**id}"] = "topology read",
        ["GET /api/flow/discovery/{**id}"] = "topology read",
        ["GET /api/capture"] = "capture read",
        ["GET /api/capture/{**id}"] = "capture read",
        ["POST /api/capture"] = "capture write",
        ["DELETE /api/capture/{**id}"] = "capture write",
        ["GET /api/injectpacket"] = "injectpacket read",
        ["GET /api/injectpacket/{**id}"] = "injectpacket read",
        ["POST /api/injectpacket"] = "injectpacket write",
        ["DELETE /api/injectpacket/{**id}"] = "injectpacket write",
        ["GET /api/pingmesh"] = "injectpacket read",
        ["GET /api/pingmesh/{id}"] = "injectpacket read",
        ["GET /api/pingmesh/{id}/samples"] = "injectpacket read",
        ["POST /api/pingmesh"] = "injectpacket write",
        ["DELETE /api/pingmesh/{id}"] = "injectpacket write",
        ["GET /api/config"] = "config read",
        ["POST /api/pcap"] = "pcap write",
        ["* /ws/subscriber/flow"] = "websocket /ws/subscriber/flow",
        ["* /ws/subscriber"] = "websocket /ws/subscriber",
        ["* /ws/publisher"] = "websocket /ws/publisher",
        ["* /ws/pubsub"] = "websocket /ws/pubsub",
        ["* /ws/agent/topology"] = "websocket /ws/agent/topology",
        ["* /ws/agent/flow"] = "websocket /ws/agent/flow",
    };

    private static readonly string[] s_ofAgents =
    [
        "GET /healthz", "GET /readyz", "GET /login", "POST /login", "POST /logout", "GET /api", "GET /api/topology", "POST /api/topology", "POST /api/gremlin/validate", "POST /api/gremlin/complete",
        "GET /api/status", "GET /api/config", "GET /api/config/{**id}", "GET /api/openapi.json", "GET /metrics", "* /ws/subscriber",
    ];

    /// <summary>What each user may do, written out apart from the code that decides it.</summary>
    private static readonly Dictionary<string, Func<string, bool>> s_users = new()
    {
        ["ann"] = static _ => true,
        ["bob"] = static permission => permission is "topology read" or "status read" or "websocket /ws/subscriber",
        ["web1"] = static permission => permission is "websocket /ws/agent/topology" or "websocket /ws/agent/flow",
        ["carol"] = static permission => permission is "capture read" or "capture write" or "pcap write",
        ["dave"] = static permission => permission != "injectpacket write",
        ["eve"] = static _ => false,
    };

    private SecuredHost _host = null!;

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await SecuredHost.StartAsync(s_configuration);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Analyzer_EveryEndpointMethodAndRole_AsTheTableSays()
    {
        int asked = await CheckAsync(_host, s_analyzer);
        Assert.True(asked > 700, $"{asked}");

        // Nothing of what was refused has happened.
        using var ann = _host.Client("ann");
        Assert.Equal("{}", (await ann.GetStringAsync("/api/injectpacket", None)).Trim());
    }

    [Fact]
    public async Task Agent_EveryEndpointMethodAndRole_AsTheTableSays()
    {
        await using var agent = await SecuredHost.StartAsync(s_configuration.Replace("analyzer.auth", "agent.auth", StringComparison.Ordinal), Role.Agent);
        await CheckAsync(agent, s_ofAgents.ToDictionary(static name => name, static name => s_analyzer[name]));
    }

    [Fact]
    public async Task WebSocket_OfEveryRole_OpensOrIsRefusedWith403()
    {
        foreach (string path in new[] { "/ws/subscriber", "/ws/publisher", "/ws/pubsub", "/ws/agent/topology", "/ws/agent/flow" })
        {
            foreach (var (user, may) in s_users)
            {
                Assert.Equal(may("websocket " + path) ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.Forbidden, await ConnectAsync(path, user));
            }

            Assert.Equal(HttpStatusCode.Unauthorized, await ConnectAsync(path, null));
        }
    }

    [Fact]
    public async Task RawPackets_NeedAPermissionOfTheirOwn()
    {
        foreach (var (user, expected) in new[] { ("ann", HttpStatusCode.OK), ("bob", HttpStatusCode.Forbidden) })
        {
            using var client = _host.Client(user);
            foreach (string query in new[] { "G.Flows().RawPackets()", "G.Flows().RawPackets().Count()", "G.Flows().RawPackets().Limit(1)", "G.V().Flows().RawPackets()" })
            {
                using var content = new StringContent($$"""{"GremlinQuery":"{{query}}"}""", Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync("/api/topology", content, None);
                Assert.Equal(expected, answer.StatusCode);
            }

            using var flows = new StringContent("""{"GremlinQuery":"G.Flows()"}""", Encoding.UTF8, "application/json");
            using var allowed = await client.PostAsync("/api/topology", flows, None);
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        }
    }

    [Theory]
    [InlineData("/api/./config/host_id")]
    [InlineData("/api/x/../config/host_id")]
    [InlineData("/api/topology/%2e%2e/config/host_id")]
    [InlineData("/API/CONFIG/host_id")]
    [InlineData("/api/config/host_id/")]
    [InlineData("/api/conf%69g/host_id")]
    public async Task Path_OfAnotherSpelling_NeedsTheSamePermission(string path)
    {
        // HttpClient would tidy the path up.
        foreach (var (user, expected) in new[] { ("ann", "200"), ("bob", "403") })
        {
            string answer = await RawHttp.AskAsync(_host.Address, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {SecuredHost.Pair(user, "secret-of-" + user)}\r\nConnection: close\r\n\r\n");
            Assert.StartsWith($"HTTP/1.1 {expected} ", answer, StringComparison.Ordinal);
        }
    }

    // Quick to check: there are many.
    private static string Hash(string user) => $"'{PasswordHash.Create("secret-of-" + user, rounds: 1000)}'";

    private static async Task<int> CheckAsync(SecuredHost host, IReadOnlyDictionary<string, string> table)
    {
        var endpoints = host.Endpoints.SelectMany(static endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]).Select(method => (Name: $"{method} {endpoint.RoutePattern.RawText}", Endpoint: endpoint))).ToList();
        Assert.Equal(table.Keys.Order(), endpoints.Select(static entry => entry.Name).Order());
        foreach (var (name, endpoint) in endpoints)
        {
            var requirement = endpoint.Metadata.GetMetadata<AccessRequirement>()!;
            Assert.Equal(table[name], requirement.IsPublic ? "public" : requirement.Permission?.ToString() ?? "user");
        }

        int asked = 0;
        foreach (string user in s_users.Keys.Append(null!))
        {
            using var client = host.Client(user);
            foreach (string route in table.Keys.Select(static name => name.Split(' ')[1]).Distinct())
            {
                foreach (string method in s_methods)
                {
                    string? need = table.GetValueOrDefault($"{method} {route}") ?? table.GetValueOrDefault($"* {route}")
                        ?? table.GetValueOrDefault($"{method} {route}/{{**id}}");
                    string path = route.Replace("{key}", "flow.update", StringComparison.Ordinal).Replace("{**id}", "x", StringComparison.Ordinal).Replace("{id}", "x", StringComparison.Ordinal);
                    using var request = new HttpRequestMessage(new(method), path) { Content = method == "GET" ? null : new StringContent("{}", Encoding.UTF8, "application/json") };
                    using var answer = await client.SendAsync(request, None);
                    int status = (int)answer.StatusCode;
                    string what = $"{user ?? "nobody"}: {method} {route} ({need}): {status}";
                    switch (need)
                    {
                        case null:
                            Assert.True(status == 405, what);
                            break;
                        case "public":
                            Assert.True(status is not (401 or 403 or >= 500), what);
                            break;
                        case not null when user is null:
                            Assert.True(status == 401 && answer.Headers.WwwAuthenticate.Count > 0, what);
                            break;
                        default:
                            bool may = need == "user" || s_users[user](need);
                            Assert.True(may ? status is not (401 or 403 or >= 500) : status == 403, what);
                            break;
                    }

                    asked++;
                }
            }
        }

        return asked;
    }

    private async Task<HttpStatusCode> ConnectAsync(string path, string? user)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("X-Host-ID", $"{user}{path.Replace('/', '-')}");
        socket.Options.SetRequestHeader("X-Client-Type", path.StartsWith("/ws/agent", StringComparison.Ordinal) ? "agent" : "test");
        if (user is not null)
        {
            socket.Options.SetRequestHeader("Authorization", "Basic " + SecuredHost.Pair(user, "secret-of-" + user));
        }

        try
        {
            await socket.ConnectAsync(new UriBuilder(_host.Address) { Scheme = "ws", Path = path }.Uri, None);
        }
        catch (WebSocketException)
        {
        }

        return socket.HttpStatusCode;
    }
}
