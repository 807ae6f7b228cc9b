using System.Net;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Access;

/// <summary>Log-in where nobody has to, as Skydive without authentication answers (golden 206 and 207). With users: SecurityTests of the service.</summary>
public sealed class LogInTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_LeadsToThePage()
    {
        await using var host = await TestHost.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = host.Http.BaseAddress };
        using var answer = await client.GetAsync("/login", None);
        Assert.Equal((HttpStatusCode.Found, "/"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task Post_WithoutAuthentication_GivesEveryPermissionAndNoToken()
    {
        await using var host = await TestHost.StartAsync();
        using var form = new FormUrlEncodedContent([new("username", "a"), new("password", "b")]);
        using var answer = await host.Http.PostAsync("/login", form, None);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(None));
        Assert.Equal(["Token", "Permissions"], body.RootElement.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(string.Empty, body.RootElement.GetProperty("Token").GetString());
        var permissions = body.RootElement.GetProperty("Permissions").EnumerateArray().ToList();

        // What Skydive answered, in its golden file 207.
        string[] recorded =
        [
            "websocket /ws/agent/flow", "websocket /ws/subscriber/flow", "websocket /ws/subscriber", "edge write", "workflow read", "websocket /ws/agent/topology", "node read", "capture rawpackets",
            "topology read", "websocket /ws/publisher", "noderule read", "edge read", "capture write", "pcap write", "workflow write", "noderule write", "config read", "status read", "edgerule read",
            "edgerule write", "injectpacket read", "injectpacket write", "websocket /ws/replication", "node write", "workflow.call write", "capture read", "alert write", "alert read",
        ];
        Assert.Superset(
            recorded.ToHashSet(), permissions.Select(static permission => $"{permission.GetProperty("Object").GetString()} {permission.GetProperty("Action").GetString()}").ToHashSet());
        Assert.All(permissions, static permission => Assert.Equal(["Object", "Action", "Allowed"], permission.EnumerateObject().Select(static member => member.Name)));
        Assert.All(permissions, static permission => Assert.True(permission.GetProperty("Allowed").GetBoolean()));

        // The page reads the same from a cookie; without a token there is no other.
        string cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("permissions=", cookie, StringComparison.Ordinal);
        Assert.Contains("path=/", cookie, StringComparison.Ordinal);
        string text = Encoding.UTF8.GetString(Convert.FromBase64String(cookie["permissions=".Length..cookie.IndexOf(';', StringComparison.Ordinal)]));
        using var shown = JsonDocument.Parse(text);
        Assert.Equal(permissions.Count, shown.RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("application/json", "{}", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data", "x", HttpStatusCode.BadRequest)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\n", HttpStatusCode.BadRequest)]
    [InlineData("application/x-www-form-urlencoded", "a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9", HttpStatusCode.BadRequest)]
    public async Task Post_WhatIsNoFormOfThis_IsRefused(string type, string body, HttpStatusCode status)
    {
        await using var host = await TestHost.StartAsync();
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await host.Http.PostAsync("/login", content, None);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Post_TooLargeAForm_IsRefused()
    {
        await using var host = await TestHost.StartAsync();
        using var large = new StringContent("username=" + new string('a', 20_000), Encoding.ASCII, "application/x-www-form-urlencoded");
        using var answer = await host.Http.PostAsync("/login", large, None);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task TokenInUrl_IsRefused_UnlessASettingAllowsIt()
    {
        await using var host = await TestHost.StartAsync();
        using var answer = await host.Http.GetAsync("/api?x-auth-token=abc", None);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("X-Auth-Token", await answer.Content.ReadAsStringAsync(None), StringComparison.Ordinal);
        await using var lax = await TestHost.StartAsync(protection: new() { AllowTokenInUrl = true });
        using var taken = await lax.Http.GetAsync("/api?X-Auth-Token=abc", None);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }
}
