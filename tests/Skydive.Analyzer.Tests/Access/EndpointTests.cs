using Microsoft.AspNetCore.Routing;
using Skydive.Analyzer.Access;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Access;

public sealed class EndpointTests
{
    [Fact]
    public async Task Endpoints_AllSayWhatACallerNeeds()
    {
        await using var host = await TestHost.StartAsync();
        var endpoints = host.Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(endpoints.Count > 20);
        Assert.All(endpoints, static endpoint => Assert.True(endpoint.Metadata.GetMetadata<AccessRequirement>() is not null, $"{endpoint.DisplayName} says not what a caller needs"));
        Assert.All(
            endpoints.Select(static endpoint => endpoint.Metadata.GetMetadata<AccessRequirement>()!.Permission).OfType<Permission>(),
            static permission => Assert.Contains(permission, Permission.All));
    }

    [Fact]
    public async Task Endpoints_ForEverybody_AreThoseThatTellNothing()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(
            ["/healthz", "/login", "/login", "/logout", "/readyz"],
            host.Endpoints.OfType<RouteEndpoint>().Where(static endpoint => endpoint.Metadata.GetMetadata<AccessRequirement>() is { IsPublic: true })
                .Select(static endpoint => endpoint.RoutePattern.RawText!).Order());
    }
}
