using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Skydive.Service.Security;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Security;

/// <summary>Log-in, tokens and cookies over real HTTP.</summary>
public sealed class AccessControlTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SecuredHost _host = null!;

    private static CancellationToken None => TestContext.Current.CancellationToken;

    private string Users => Path.Combine(_directory.Path, "users");

    public async ValueTask InitializeAsync()
    {
        Put("ann", "secret-of-ann", "admin");
        Put("bob", "secret-of-bob", "guest");
        _host = await SecuredHost.StartAsync(
            $"""
            analyzer.auth.api.backend: lab
            analyzer.auth.cluster.backend: agents
            auth:
              lab:
                type: basic
                file: {Users}
              agents:
                type: basic
                role: agent
                users: {'{'} web1: '{PasswordHash.Create("secret-of-web1", 1000)}' {'}'}
            http.limits.login_failures: 5
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task LogIn_WithTheRightPassword_GivesATokenThatEveryWayTakes()
    {
        var (status, token, cookies, permissions) = await LogInAsync("bob", "secret-of-bob");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotEmpty(token);
        Assert.Equal(["status read", "topology read", "websocket /ws/subscriber"], permissions.Order());
        Assert.Contains(cookies, cookie => cookie.StartsWith($"authtoken={token};", StringComparison.Ordinal) && cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase) && cookie.Contains("samesite=strict", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(cookies, static cookie => cookie.StartsWith("permissions=", StringComparison.Ordinal) && !cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase));
        foreach (var (name, value) in new[] { ("X-Auth-Token", token), ("Authorization", "Bearer " + token), ("Authorization", token), ("Cookie", "authtoken=" + token), ("X-Auth-Token", SecuredHost.Pair("bob", "secret-of-bob")) })
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync("/api/topology", name, value));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("/api/capture", name, value));
        }

        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Client-Type", "test");
        socket.Options.SetRequestHeader("Cookie", "authtoken=" + token);
        await socket.ConnectAsync(new UriBuilder(_host.Address) { Scheme = "ws", Path = "/ws/subscriber" }.Uri, None);
    }

    [Fact]
    public async Task Basic_OnAnyCall_SetsCookiesThatSufficeForTheNext()
    {
        using var client = _host.Client("ann");
        using var answer = await client.GetAsync("/api/topology", None);
        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        Assert.Contains(cookies, static cookie => cookie.StartsWith("permissions=", StringComparison.Ordinal));
        string token = cookies.Single(static cookie => cookie.StartsWith("authtoken=", StringComparison.Ordinal)).Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/api/capture", "Cookie", token));

        // Who has one needs no other.
        client.DefaultRequestHeaders.Add("Cookie", token);
        using var second = await client.GetAsync("/api/topology", None);
        Assert.False(second.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("Authorization", "Basic")]
    [InlineData("Authorization", "Basic !!!")]
    [InlineData("Authorization", "Basic OnNlY3JldA==")]
    [InlineData("Authorization", "Basic YW5u")]
    [InlineData("Authorization", "Bearer sky1.AAAA")]
    [InlineData("Authorization", "Digest username=\"ann\"")]
    [InlineData("X-Auth-Token", "sky1.")]
    [InlineData("X-Auth-Token", "%00")]
    [InlineData("Cookie", "authtoken=")]
    [InlineData("Cookie", "authtoken=sky1.*")]
    public async Task Request_WithWhatIsNoLogIn_Is401(string name, string value) => Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/api/topology", name, value));

    [Fact]
    public async Task LogIn_WithAWrongPassword_Is401_AndNamesAreNotTold()
    {
        using var client = _host.Client();
        var bodies = new List<string>();
        foreach (var (user, password) in new[] { ("ann", "wrong"), ("nobody", "wrong"), (string.Empty, string.Empty), ("ann", new string('x', 1000)) })
        {
            using var form = new FormUrlEncodedContent([new("username", user), new("password", password)]);
            using var answer = await client.PostAsync("/login", form, None);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            bodies.Add(await answer.Content.ReadAsStringAsync(None));
        }

        Assert.Single(bodies.Distinct());
    }

    [Fact]
    public async Task LogIn_TooManyFailures_Is429AlsoForTheRightPassword_ButTokensGoOn()
    {
        string token = (await LogInAsync("ann", "secret-of-ann")).Token;
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await LogInAsync("ann", "wrong" + i)).Status);
        }

        using var client = _host.Client();
        using var form = new FormUrlEncodedContent([new("username", "bob"), new("password", "secret-of-bob")]);
        using var answer = await client.PostAsync("/login", form, None);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 13);
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync("/api/topology", "Authorization", "Basic " + SecuredHost.Pair("bob", "guess")));

        // Whoever is in stays in.
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/api/topology", "X-Auth-Token", token));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/api/topology", "Authorization", "Basic " + SecuredHost.Pair("ann", "secret-of-ann")));
    }

    [Fact]
    public async Task LogIn_ManyGuessesAtOnce_NoneGetsThroughBeyondTheLimit()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => LogInAsync("ann", "guess" + i)));
        Assert.InRange(answers.Count(static answer => answer.Status == HttpStatusCode.Unauthorized), 1, 6);
        Assert.All(answers, static answer => Assert.True(answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task LogOut_MakesTheTokenWorthless_AndClosesItsWebSockets()
    {
        string token = (await LogInAsync("ann", "secret-of-ann")).Token;
        string other = (await LogInAsync("ann", "secret-of-ann")).Token;
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Client-Type", "test");
        socket.Options.SetRequestHeader("X-Auth-Token", token);
        await socket.ConnectAsync(new UriBuilder(_host.Address) { Scheme = "ws", Path = "/ws/subscriber" }.Uri, None);
        using var client = _host.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout") { Headers = { { "X-Auth-Token", token } } };
        using var answer = await client.SendAsync(request, None);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/api/topology", "X-Auth-Token", token));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/api/topology", "X-Auth-Token", other));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ReceiveAsync(new byte[100], patience.Token));
    }

    [Fact]
    public async Task User_WhoIsRemovedOrChanged_IsOutOrChangedAtOnce()
    {
        string bob = (await LogInAsync("bob", "secret-of-bob")).Token;
        string ann = (await LogInAsync("ann", "secret-of-ann")).Token;
        Put("bob", "secret-of-bob", "admin", keepHash: true);
        await Wait.UntilAsync(async () => await AskAsync("/api/capture", "X-Auth-Token", bob) == HttpStatusCode.OK, TimeSpan.FromSeconds(5));
        UserFile.Update(Users, "bob", static _ => null);
        Put("ann", "another-secret", "admin");
        await Wait.UntilAsync(async () => await AskAsync("/api/topology", "X-Auth-Token", bob) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/api/topology", "X-Auth-Token", ann));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/api/topology", "Authorization", "Basic " + SecuredHost.Pair("ann", "secret-of-ann")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/api/topology", "Authorization", "Basic " + SecuredHost.Pair("ann", "another-secret")));
    }

    [Fact]
    public async Task Agents_AreOfAnotherSection_AndComeInNowhereElse()
    {
        string pair = "Basic " + SecuredHost.Pair("web1", "secret-of-web1");
        Assert.Equal(HttpStatusCode.UpgradeRequired, await AskAsync("/ws/agent/topology", "Authorization", pair));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/api/topology", "Authorization", pair));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/ws/agent/topology", "Authorization", "Basic " + SecuredHost.Pair("ann", "secret-of-ann")));
        string token = (await LogInAsync("ann", "secret-of-ann")).Token;
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/ws/agent/topology", "X-Auth-Token", token));
    }

    [Fact]
    public async Task Configuration_NeverShowsSecrets()
    {
        using var client = _host.Client("ann");
        foreach (var (key, isSet) in new[] { ("auth.agents.users", true), ("agent.auth.cluster.password", false), ("auth.lab.users", false) })
        {
            string value = (await client.GetStringAsync("/api/config/" + key, None)).Trim();
            Assert.Equal(isSet ? "\"***\"" : "null", value);
        }
    }

    private void Put(string user, string password, string group, bool keepHash = false) =>
        UserFile.Update(Users, user, entry => new(keepHash ? entry!.Hash : PasswordHash.Create(password, 1000), [group]));

    private async Task<(HttpStatusCode Status, string Token, IReadOnlyList<string> Cookies, IReadOnlyList<string> Permissions)> LogInAsync(string user, string password)
    {
        using var client = _host.Client();
        using var form = new FormUrlEncodedContent([new("username", user), new("password", password)]);
        using var answer = await client.PostAsync("/login", form, None);
        if (!answer.IsSuccessStatusCode)
        {
            return (answer.StatusCode, string.Empty, [], []);
        }

        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(None));
        return (
            answer.StatusCode,
            body.RootElement.GetProperty("Token").GetString()!,
            [.. answer.Headers.GetValues("Set-Cookie")],
            [
                .. body.RootElement.GetProperty("Permissions").EnumerateArray().Where(static permission => permission.GetProperty("Allowed").GetBoolean())
                    .Select(static permission => $"{permission.GetProperty("Object").GetString()} {permission.GetProperty("Action").GetString()}"),
            ]);
    }

    private async Task<HttpStatusCode> AskAsync(string path, string header, string value)
    {
        using var client = _host.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(header, value);
        using var answer = await client.SendAsync(request, None);
        return answer.StatusCode;
    }
}
