using System.Text.Json;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Flows;

public sealed class FlowJsonTests
{
    [Fact]
    public void Golden_Flows_AreReadAndWrittenTextForText()
    {
        string golden = GoldenFile.Read("flows.json").Trim();
        var flows = JsonSerializer.Deserialize(golden, ContractsJsonContext.Default.IReadOnlyListFlow)!;

        Assert.Contains(flows, static flow => flow.TCPMetric is not null);
        Assert.Contains(flows, static flow => flow.ICMP is { Code: not 0 });
        Assert.Equal(golden, JsonSerializer.Serialize(flows, ContractsJsonContext.Default.IReadOnlyListFlow));
    }

    [Fact]
    public void Write_BareFlow_LeavesOutWhatIsAbsentAndNothingElse()
    {
        var flow = new Flow { UUID = "u", LayersPath = "Ethernet", Application = "Ethernet", Start = 1, Last = 2 };

        Assert.Equal(
            """{"UUID":"u","LayersPath":"Ethernet","Application":"Ethernet","Start":1,"Last":2,"TrackingID":"","L3TrackingID":"","ParentUUID":"","NodeTID":"","CaptureID":"","RawPacketsCaptured":0}""",
            JsonSerializer.Serialize(flow, ContractsJsonContext.Default.Flow));
    }

    [Fact]
    public void Write_FullFlow_HasEveryMemberInOrder()
    {
        var metric = new FlowMetric { ABPackets = 1, ABBytes = 2, BAPackets = 3, BABytes = 4, Start = 5, Last = 6, RTT = 7 };
        var flow = new Flow
        {
            UUID = "u",
            LayersPath = "p",
            Application = "a",
            Link = new() { Protocol = "ETHERNET", A = "a", B = "b" },
            Network = new() { Protocol = "IPV4", A = "a", B = "b", ID = 9 },
            Transport = new() { Protocol = "TCP", A = 1, B = 2 },
            ICMP = new() { Type = "ECHO", Code = 1, ID = 2 },
            LastUpdateMetric = metric,
            Metric = metric,
            TCPMetric = new(),
            Start = 1,
            Last = 2,
            FinishType = FinishType.TcpRst,
        };
        string json = JsonSerializer.Serialize(flow, ContractsJsonContext.Default.Flow);

        const string MetricShape = "{ABPackets,ABBytes,BAPackets,BABytes,Start,Last,RTT}";
        Assert.Equal(
            "{UUID,LayersPath,Application,Link{Protocol,A,B,ID},Network{Protocol,A,B,ID},Transport{Protocol,A,B,ID},ICMP{Type,Code,ID},"
            + $"LastUpdateMetric{MetricShape},Metric{MetricShape},TCPMetric{{ABSynStart,BASynStart,ABSynTTL,BASynTTL,ABFinStart,BAFinStart,ABRstStart,BARstStart,"
            + "ABSegmentOutOfOrder,ABSegmentSkipped,ABSegmentSkippedBytes,ABPackets,ABBytes,ABSawStart,ABSawEnd,"
            + "BASegmentOutOfOrder,BASegmentSkipped,BASegmentSkippedBytes,BAPackets,BABytes,BASawStart,BASawEnd},"
            + "Start,Last,TrackingID,L3TrackingID,ParentUUID,NodeTID,CaptureID,RawPacketsCaptured,FinishType}",
            JsonShape.Of(json));
        Assert.Contains("\"FinishType\":3", json, StringComparison.Ordinal);
        Assert.Equal(flow, JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Flow));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"UUID":"u"}""")]
    [InlineData("""{"UUID":"u","LayersPath":"p","Application":"a","Start":"x","Last":2}""")]
    [InlineData("""{"UUID":"u","LayersPath":"p","Application":"a","Start":1,"Last":2,"Transport":{"Protocol":"TCP","A":"1","B":"2"}}""")]
    public void Read_NoFlow_IsOneKindOfError(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Flow));

    [Fact]
    public void Stats_Json_HasSkydivesNames()
    {
        string shape = JsonShape.Of(JsonSerializer.Serialize(new FlowStats { CaptureID = "c" }, ContractsJsonContext.Default.FlowStats));

        Assert.Equal("{CaptureID,NodeTID,FlowCount,FlowDropped,PacketsReceived,PacketsDropped,PacketsInvalid}", shape);
    }

    [Fact]
    public void FieldNames_EveryOne_IsFoundInAFlowThatHasIt()
    {
        var flow = new Flow
        {
            UUID = "u",
            LayersPath = "p",
            Application = "a",
            Link = new() { Protocol = "ETHERNET", A = "m1", B = "m2", ID = 3 },
            Network = new() { Protocol = "IPV4", A = "i1", B = "i2", ID = 4 },
            Transport = new() { Protocol = "TCP", A = 1, B = 2, ID = 5 },
            ICMP = new() { Type = "ECHO" },
            Metric = new() { ABPackets = 1 },
            LastUpdateMetric = new() { ABPackets = 2 },
            TCPMetric = new() { ABSynTTL = 64, BASawEnd = 1 },
            Start = 1,
            Last = 2,
        };

        Assert.Equal(FlowFields.Names.Count, FlowFields.Names.Distinct().Count());
        Assert.All(FlowFields.Names, name => Assert.True(flow.TryGetField(FieldPath.Parse(name), out _), name));

        // Each name is the path of a member of the JSON, and each member has its name.
        var json = MetadataJson.Parse(JsonSerializer.Serialize(flow, ContractsJsonContext.Default.Flow)).AsMap!;
        var paths = json.SelectMany(static member => member.Value.AsMap is { } map ? map.Keys.Select(key => member.Key + "." + key) : [member.Key]).ToList();
        Assert.All(paths, path =>
        {
            Assert.Contains(path, FlowFields.Names);
            json.TryGetPath(FieldPath.Parse(path), out var value);
            Assert.Equal(value, FlowFields.Get(flow, path));
        });
        Assert.Equal(["FinishType", "ICMP.Code", "ICMP.ID", "LastUpdateMetric.RTT", "Metric.RTT"], FlowFields.Names.Except(paths).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Link", "[\"m1\",\"m2\"]")]
    [InlineData("Network", "[\"i1\",\"i2\"]")]
    [InlineData("Transport", "[1,2]")]
    [InlineData("ETHERNET.A", "\"m1\"")]
    [InlineData("IPV4.B", "\"i2\"")]
    [InlineData("IPV6.B", "null")]
    [InlineData("TCP.A", "1")]
    [InlineData("TCP.ID", "5")]
    [InlineData("UDP.A", "null")]
    [InlineData("TCP.C", "null")]
    [InlineData("ICMP.Type", "null")]
    [InlineData("Metric.ABPackets", "null")]
    [InlineData("Nothing", "null")]
    [InlineData("Nothing.A", "null")]
    [InlineData(".A", "null")]
    [InlineData("", "null")]
    [InlineData("Link.", "null")]
    [InlineData("Link.A.B", "null")]
    [InlineData("FinishType", "0")]
    public void Get_Alias_ResolvesWhenTheProtocolMatches(string name, string json)
    {
        var flow = new Flow
        {
            UUID = "u",
            LayersPath = "p",
            Application = "a",
            Link = new() { Protocol = "ETHERNET", A = "m1", B = "m2" },
            Network = new() { Protocol = "IPV4", A = "i1", B = "i2" },
            Transport = new() { Protocol = "TCP", A = 1, B = 2, ID = 5 },
            Start = 1,
            Last = 2,
        };

        Assert.Equal(MetadataJson.Parse(json), FlowFields.Get(flow, name));
        Assert.Equal(json != "null", flow.TryGetField(FieldPath.Parse(name), out _));
        Assert.True(FlowFields.Get(new Flow { UUID = "u", LayersPath = "p", Application = "a", Start = 1, Last = 2 }, "Link").IsNull);
    }
}
