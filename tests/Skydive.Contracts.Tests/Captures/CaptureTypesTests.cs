using System.Net;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Captures;

public sealed class CaptureTypesTests
{
    [Theory]
    [InlineData(null, "veth", "afpacket")]
    [InlineData("", "device", "afpacket")]
    [InlineData("pcap", "veth", "pcap")]
    [InlineData(null, "ovsbridge", "ovssflow")]
    [InlineData("pcapsocket", "ovsbridge", "pcapsocket")]
    [InlineData(null, "ovsport", "ovsmirror")]
    [InlineData(null, "dpdkport", "dpdk")]
    [InlineData("afpacket", "ovsbridge", null)]
    [InlineData("ovsmirror", "veth", null)]
    [InlineData("zz", "veth", null)]
    [InlineData(null, "netns", null)]
    [InlineData(null, "host", null)]
    [InlineData(null, "docker", null)]
    public void ForNode_GivesWhatSuits(string? type, string nodeType, string? expected) => Assert.Equal(expected, CaptureTypes.ForNode(type, nodeType)?.Name);

    [Fact]
    public void Capturable_AreInterfacesAndWhatOpenVSwitchAndDpdkHave()
    {
        Assert.Superset(new HashSet<string> { "veth", "device", "ovsbridge", "ovsport", "dpdkport" }, CaptureTypes.CapturableNodeTypes.ToHashSet());
        Assert.DoesNotContain("netns", CaptureTypes.CapturableNodeTypes);
    }

    [Theory]
    [InlineData("netflowv5", "192.0.2.1:2055", "netflowv5", false)]
    [InlineData("local, ipfix ,netflowv5,ipfix", "[2001:db8::1]:4739", "ipfix netflowv5", true)]
    [InlineData("erspanv1", "192.0.2.1:0", "erspanv1", false)]
    public void Target_OfCapture_IsRead(string type, string text, string types, bool isLocalToo)
    {
        Assert.True(CaptureTarget.TryParse(new() { GremlinQuery = "G.V()", Target = text, TargetType = type }, out var target, out _));

        Assert.Equal(IPEndPoint.Parse(text), target!.EndPoint);
        Assert.Equal(types, string.Join(' ', target.Types));
        Assert.Equal(isLocalToo, target.IsLocalToo);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("local")]
    public void Target_LocalOnly_IsNone(string? type)
    {
        Assert.True(CaptureTarget.TryParse(new() { GremlinQuery = "G.V()", TargetType = type }, out var target, out _));
        Assert.Null(target);
    }

    [Fact]
    public void Statistics_ToAnEntryAndBack_AreTheSame()
    {
        var statistics = new CaptureStatistics
        {
            PacketsReceived = 1, PacketsDropped = 2, PacketsIfDropped = 3, PacketsInvalid = 4, FlowCount = 5, FlowsEvicted = 6, FlowsDropped = 7,
            RawPacketsDropped = 8, DatagramsDropped = 9, SegmentsDropped = 10,
        };
        var entry = new MetadataBuilder().Set("ID", "c1");
        statistics.WriteTo(entry);

        Assert.Equal(statistics, CaptureStatistics.FromMetadata(entry.Build()));
        Assert.Equal(MetadataMap.Create(("ID", "c1")), CaptureStatistics.Without(entry.Build()));
        Assert.Equal(14, (statistics + statistics).FlowsDropped);
    }
}
