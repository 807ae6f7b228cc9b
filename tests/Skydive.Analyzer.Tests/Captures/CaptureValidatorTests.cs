using Skydive.Analyzer.Captures;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Errors;

namespace Skydive.Analyzer.Tests.Captures;

public sealed class CaptureValidatorTests
{
    [Theory]
    [InlineData("G.V()")]
    [InlineData("G.V().Has('Name', 'eth0')")]
    [InlineData("G.V('not-there-yet')")]
    [InlineData("G.V().Has('Name', 'a').ShortestPathTo(Metadata('Name', 'b'))")]
    [InlineData("G.E().InV()")]
    public async Task Validate_NodesOrPaths_GivesTheQuery(string gremlin) => Assert.Equal(gremlin, (await ValidateAsync(new() { GremlinQuery = gremlin })).Text);

    [Theory]
    [InlineData("")]
    [InlineData("G.V(")]
    [InlineData("V()")]
    [InlineData("G.V().Foo()")]
    [InlineData("G.E()")]
    [InlineData("G")]
    [InlineData("G.V().Count()")]
    [InlineData("G.V().Values('Name')")]
    [InlineData("G.Flows()")]
    [InlineData("G.At('-1m').V()")]
    [InlineData("G.Context('-1h', '1h').V().Has('Name', 'eth0')")]
    public Task Validate_OtherQueries_AreRefused(string gremlin) => AssertRefusedAsync(new() { GremlinQuery = gremlin }, "GremlinQuery: ");

    [Fact]
    public Task Validate_BadFilter_IsRefused() => AssertRefusedAsync(new() { GremlinQuery = "G.V()", BPFFilter = "bad" }, "BPFFilter: Not a valid BPF expression: syntax error");

    [Theory]
    [InlineData("pcap")]
    [InlineData("zz")]
    public Task Validate_OtherType_IsRefused(string type) => AssertRefusedAsync(new() { GremlinQuery = "G.V()", Type = type }, "Type: ");

    [Theory]
    [InlineData(13)]
    [InlineData(4097)]
    [InlineData(-1)]
    public Task Validate_HeaderSizeOutOfRange_IsRefused(int size) => AssertRefusedAsync(new() { GremlinQuery = "G.V()", HeaderSize = size }, "HeaderSize: ");

    [Theory]
    [InlineData(0)]
    [InlineData(14)]
    [InlineData(4096)]
    public async Task Validate_HeaderSizeInRange_IsTaken(int size) =>
        Assert.NotNull(await ValidateAsync(new() { GremlinQuery = "G.V()", HeaderSize = size, Type = "afpacket", BPFFilter = "icmp" }));

    [Fact]
    public async Task Validate_WhatThisVersionCannotDo_IsNamedInFull()
    {
        var e = await Assert.ThrowsAsync<CaptureException>(() => ValidateAsync(new()
        {
            GremlinQuery = "G.V()",
            RawPacketLimit = 1,
            IPDefrag = true,
            ReassembleTCP = true,
            ExtraTCPMetric = true,
            ExtraLayers = 1,
            Target = "1.2.3.4:1",
            TargetType = "netflowv5",
            Port = 1,
        }));

        Assert.StartsWith("RawPacketLimit, IPDefrag, ReassembleTCP, ExtraTCPMetric, ExtraLayers, Target, Port: ", e.Message, StringComparison.Ordinal);
    }

    private static Task<Skydive.Gremlin.GremlinQuery> ValidateAsync(Capture capture) =>
        CaptureValidator.ValidateAsync(capture, static filter => filter == "bad" ? "syntax error" : null, TestContext.Current.CancellationToken);

    private static async Task AssertRefusedAsync(Capture capture, string start)
    {
        var e = await Assert.ThrowsAsync<CaptureException>(() => ValidateAsync(capture));
        Assert.Equal((400, ErrorCodes.InvalidCapture), (e.Status, e.Code));
        Assert.StartsWith(start, e.Message, StringComparison.Ordinal);
    }
}
