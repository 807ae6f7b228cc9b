using System.Net;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;

namespace Skydive.Analyzer.Tests.Api;

public sealed class CompareApiTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Compare_TellsWhatCameWentAndChanged()
    {
        _host.Analyzer.Graph.Write(static transaction =>
        {
            transaction.AddNode("stays", Interface("stays", ("MTU", 1500), ("LastUpdateMetric", MetadataMap.Create(("RxPackets", 1)))));
            transaction.AddNode("ticks", Interface("ticks", ("Captures", Make.Captures(("c1", 1)))));
            transaction.AddNode("goes", Interface("goes"));
            transaction.Link("stays", "goes", "layer2", null);
        });
        await Task.Delay(20, TestContext.Current.CancellationToken);
        long between = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await Task.Delay(20, TestContext.Current.CancellationToken);
        _host.Analyzer.Graph.Write(static transaction =>
        {
            transaction.SetMetadata(transaction.FindNode("stays")!, Interface("stays", ("MTU", 9000), ("LastUpdateMetric", MetadataMap.Create(("RxPackets", 2)))));
            transaction.SetMetadata(transaction.FindNode("ticks")!, Interface("ticks", ("Captures", Make.Captures(("c1", 2)))));
            transaction.DeleteNode("goes");
            transaction.AddNode("comes", Interface("comes"));
        });

        var reply = await CompareAsync(new() { From = between });

        Assert.Equal(between, reply.From);
        Assert.Equal(
            [("comes", DifferenceKind.Added), ("goes", DifferenceKind.Removed), ("stays", DifferenceKind.Changed)],
            reply.Nodes.Select(static node => ((node.After ?? node.Before)!.Id, node.Kind)));
        var edge = Assert.Single(reply.Edges);
        Assert.Equal((DifferenceKind.Removed, "goes"), (edge.Kind, edge.Before!.Child));
        var field = Assert.Single(reply.Nodes[2].Fields);
        Assert.Equal(("MTU", 1500, 9000), (field.Path, field.Before, field.After));

        // The other way around what came went.
        var reverse = await CompareAsync(new() { From = reply.To, To = between, GremlinQuery = "G.V().Has('Name', Within('comes', 'goes'))" });
        Assert.Equal([("comes", DifferenceKind.Removed), ("goes", DifferenceKind.Added)], reverse.Nodes.Select(static node => ((node.After ?? node.Before)!.Id, node.Kind)));
        Assert.Empty(reverse.Edges);

        // Counters and paths as asked for.
        var counters = await CompareAsync(new() { From = between, Counters = true, Ignore = ["MTU"] });
        Assert.Equal(["LastUpdateMetric.RxPackets"], counters.Nodes.Single(static node => node.After?.Id == "stays").Fields.Select(static change => change.Path));
        Assert.Equal(["Captures"], counters.Nodes.Single(static node => node.After?.Id == "ticks").Fields.Select(static change => change.Path));
    }

    [Theory]
    [InlineData("{}", "From is missing: give a time, such as \"-5m\"\n")]
    [InlineData("{\"From\": \"yesterday\"}", "From is 'yesterday', which is no time: give a duration from now (\"-5m\"), an RFC 3339 time, or seconds or milliseconds since 1970\n")]
    [InlineData("{\"From\": \"-5m\", \"To\": true}", "To is 'true', which is no time: give a duration from now (\"-5m\"), an RFC 3339 time, or seconds or milliseconds since 1970\n")]
    [InlineData("{\"From\": \"-5m\", \"GremlinQuery\": \"G.V().Count()\"}", "GremlinQuery gives neither nodes nor edges nor a graph, so there is nothing to compare by it\n")]
    public async Task Compare_WhatIsWrong_IsSaid(string body, string text)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await _host.Http.PostAsync(new Uri("/api/topology/compare", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.BadRequest, text), (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Compare_SameTime_IsEmpty()
    {
        var reply = await CompareAsync(new() { From = "-0s", To = "-0s" });

        Assert.Empty(reply.Nodes);
        Assert.Empty(reply.Edges);
    }

    private static MetadataMap Interface(string name, params ReadOnlySpan<(string Key, MetadataValue Value)> more)
    {
        var metadata = MetadataMap.Create(("Name", name), ("Type", "veth"));
        foreach (var (key, value) in more)
        {
            metadata = metadata.With(key, value);
        }

        return metadata;
    }

    private async Task<CompareReply> CompareAsync(CompareRequest request)
    {
        using var content = new StringContent(JsonSerializer.Serialize(request, ContractsJsonContext.Default.CompareRequest), Encoding.UTF8, "application/json");
        using var response = await _host.Http.PostAsync(new Uri("/api/topology/compare", UriKind.Relative), content, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize(text, ContractsJsonContext.Default.CompareReply)!;
    }
}
