using Skydive.Analyzer.Captures;
using Skydive.Analyzer.Resources;
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
    [InlineData("ovssflow")]
    [InlineData("dpdk")]
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

    [Theory]
    [InlineData(-2, 0, 0, "RawPacketLimit: ")]
    [InlineData(0, 8, 0, "ExtraLayers: ")]
    [InlineData(0, -1, 0, "ExtraLayers: ")]
    [InlineData(0, 0, 65536, "Port: ")]
    [InlineData(0, 0, -1, "Port: ")]
    public Task Validate_NumberOutOfRange_IsRefused(int rawPackets, int layers, int port, string start) =>
        AssertRefusedAsync(new() { GremlinQuery = "G.V()", RawPacketLimit = rawPackets, ExtraLayers = layers, Port = port }, start);

    [Theory]
    [InlineData(null, "1.2.3.4:1", "TargetType: ")]
    [InlineData("netflowv9", "1.2.3.4:1", "TargetType: ")]
    [InlineData("netflowv5", null, "Target: ")]
    [InlineData("netflowv5", "1.2.3.4", "Target: ")]
    [InlineData("netflowv5", "::1", "Target: ")]
    [InlineData("netflowv5", "host:1", "Target: ")]
    [InlineData("netflowv5", "1.2.3.4:0", "Target: ")]
    [InlineData("local,erspanv1,ipfix", "1.2.3.4:0", "Target: ")]
    public Task Validate_TargetThatCannotBe_IsRefused(string? type, string? target, string start) =>
        AssertRefusedAsync(new() { GremlinQuery = "G.V()", TargetType = type, Target = target }, start);

    [Fact]
    public Task Validate_WhatTheTypeCannotDo_IsNamedInFull() => AssertRefusedAsync(
        new() { GremlinQuery = "G.V()", Type = "ebpf", BPFFilter = "icmp", RawPacketLimit = 1, HeaderSize = 64, IPDefrag = true, ReassembleTCP = true, ExtraLayers = 1, Port = 6343 },
        "BPFFilter, RawPacketLimit, HeaderSize, IPDefrag, ReassembleTCP, ExtraLayers, Port: not possible with captures of type ebpf");

    [Fact]
    public async Task Validate_EveryOptionThatPacketsAllow_IsTaken() => Assert.NotNull(await ValidateAsync(new()
    {
        GremlinQuery = "G.V()", BPFFilter = "icmp", RawPacketLimit = -1, HeaderSize = 64, IPDefrag = true, ReassembleTCP = true, ExtraTCPMetric = true, ExtraLayers = 7,
    }));

    [Theory]
    [InlineData(null, "netflowv5")]
    [InlineData("pcap", "ipfix")]
    [InlineData("afpacket", "local,erspanv1,sflow")]
    [InlineData("pcapsocket", "sflow")]
    [InlineData("ebpf", "netflowv5,ipfix")]
    [InlineData("netflow", "local,ipfix")]
    [InlineData("sflow", "erspanv1")]
    public async Task Validate_TargetOfTheType_IsTaken(string? type, string target) =>
        Assert.NotNull(await ValidateAsync(new() { GremlinQuery = "G.V()", Type = type, Target = "192.0.2.1:2055", TargetType = target }));

    [Theory]
    [InlineData("ebpf", "erspanv1")]
    [InlineData("ebpf", "netflowv5,sflow")]
    [InlineData("netflow", "erspanv1")]
    public Task Validate_TargetThatNeedsPackets_IsRefusedWithoutThem(string type, string target) =>
        AssertRefusedAsync(new() { GremlinQuery = "G.V()", Type = type, Target = "192.0.2.1:2055", TargetType = target }, "TargetType: not possible with captures of type " + type);

    [Theory]
    [InlineData("sflow", 6343, "icmp", 5)]
    [InlineData("netflow", 2055, null, 0)]
    public async Task Validate_Collector_TakesItsPort(string type, int port, string? filter, int rawPackets) =>
        Assert.NotNull(await ValidateAsync(new() { GremlinQuery = "G.V()", Type = type, Port = port, BPFFilter = filter, RawPacketLimit = rawPackets }));

    [Fact]
    public Task Validate_NetFlowWithWhatOnlyPacketsAllow_IsRefused() => AssertRefusedAsync(
        new() { GremlinQuery = "G.V()", Type = "netflow", BPFFilter = "icmp", ExtraTCPMetric = true, Port = 1 }, "BPFFilter, ExtraTCPMetric: not possible with captures of type netflow");

    private static Task<Skydive.Gremlin.GremlinQuery> ValidateAsync(Capture capture) =>
        CaptureValidator.ValidateAsync(capture, static filter => filter == "bad" ? "syntax error" : null, TestContext.Current.CancellationToken);

    private static async Task AssertRefusedAsync(Capture capture, string start)
    {
        var e = await Assert.ThrowsAsync<ResourceException>(() => ValidateAsync(capture));
        Assert.Equal((400, ErrorCodes.InvalidCapture), (e.Status, e.Code));
        Assert.StartsWith(start, e.Message, StringComparison.Ordinal);
    }
}
