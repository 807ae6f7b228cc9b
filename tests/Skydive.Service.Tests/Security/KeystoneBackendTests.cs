using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Service.Security;

namespace Skydive.Service.Tests.Security;

/// <summary>Against a server that speaks Keystone's part of the conversation.</summary>
public sealed class KeystoneBackendTests : IAsyncLifetime
{
    private readonly WebApplication _keystone;
    private int _status;

    public KeystoneBackendTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _keystone = builder.Build();
        _keystone.MapPost("/v3/auth/tokens", async context =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            var auth = body.RootElement.GetProperty("auth");
            var user = auth.GetProperty("identity").GetProperty("password").GetProperty("user");
            var project = auth.GetProperty("scope").GetProperty("project");
            bool isRight = auth.GetProperty("identity").GetProperty("methods")[0].GetString() == "password"
                && user.GetProperty("name").GetString() == "ann" && user.GetProperty("password").GetString() == "secret"
                && user.GetProperty("domain").GetProperty("name").GetString() == "Default"
                && project.GetProperty("name").GetString() == "admin" && project.GetProperty("domain").GetProperty("name").GetString() == "Default";
            context.Response.StatusCode = _status != 0 ? _status : isRight ? StatusCodes.Status201Created : StatusCodes.Status401Unauthorized;
            context.Response.Headers["X-Subject-Token"] = "keystone-token";
        });
    }

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _keystone.StartAsync(None);

    public async ValueTask DisposeAsync() => await _keystone.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/v3")]
    [InlineData("/v3/")]
    public async Task Check_AsksKeystone(string path)
    {
        using var backend = Make(_keystone.Urls.Single() + path);
        Assert.Equal("ann", (await backend.CheckAsync("ann", "secret", None))?.Name);
        Assert.Null(await backend.CheckAsync("ann", "wrong", None));
        Assert.Null(await backend.CheckAsync("bob", "secret", None));
    }

    [Fact]
    public async Task Check_KeystoneInTrouble_CannotBeTold()
    {
        using var backend = Make(_keystone.Urls.Single());
        _status = 500;
        await Assert.ThrowsAsync<AuthenticationUnavailableException>(() => backend.CheckAsync("ann", "secret", None).AsTask());
        using var gone = Make("http://127.0.0.1:1");
        await Assert.ThrowsAsync<AuthenticationUnavailableException>(() => gone.CheckAsync("ann", "secret", None).AsTask());
    }

    private static KeystoneBackend Make(string address) => new("keystone", new(address), "admin", "Default", new SocketsHttpHandler());
}
