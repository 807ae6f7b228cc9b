using System.Text.Json;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Captures;

public sealed class CaptureJsonTests
{
    [Fact]
    public void Golden_Capture_IsReadAndWrittenTextForText()
    {
        string golden = GoldenFile.Read("capture-created.json").Trim();
        var capture = JsonSerializer.Deserialize(golden, ContractsJsonContext.Default.Capture)!;

        Assert.Equal("cap", capture.Name);
        Assert.Equal(10, capture.RawPacketLimit);
        Assert.True(capture.ExtraTCPMetric);
        Assert.Equal(golden, Write(writer => JsonSerializer.Serialize(writer, capture, ContractsJsonContext.Default.Capture)));
    }

    [Fact]
    public void Golden_CaptureList_IsReadAndWrittenTextForText()
    {
        string golden = GoldenFile.Read("captures.json").Trim();
        var captures = JsonSerializer.Deserialize(golden, ContractsJsonContext.Default.IReadOnlyDictionaryStringCapture)!;

        Assert.Equal(1, Assert.Single(captures).Value.Count);
        Assert.Equal(golden, Write(writer => JsonSerializer.Serialize(writer, captures, ContractsJsonContext.Default.IReadOnlyDictionaryStringCapture)));
    }

    [Fact]
    public void Write_FullCapture_HasEveryMemberInOrder()
    {
        var capture = new Capture
        {
            GremlinQuery = "G.V()",
            BPFFilter = "icmp",
            Name = "n",
            Description = "d",
            Type = CaptureTypes.AfPacket,
            Count = 1,
            Port = 2,
            SamplingRate = 3,
            PollingInterval = 4,
            RawPacketLimit = 5,
            HeaderSize = 6,
            ExtraTCPMetric = true,
            IPDefrag = true,
            ReassembleTCP = true,
            LayerKeyMode = LayerKeyMode.L3,
            ExtraLayers = 7,
            Target = "t",
            TargetType = "tt",
            UUID = "u",
        };
        string json = JsonSerializer.Serialize(capture, ContractsJsonContext.Default.Capture);

        Assert.Equal(
            "{GremlinQuery,BPFFilter,Name,Description,Type,Count,Port,SamplingRate,PollingInterval,RawPacketLimit,HeaderSize,ExtraTCPMetric,IPDefrag,"
            + "ReassembleTCP,LayerKeyMode,ExtraLayers,Target,TargetType,UUID}",
            JsonShape.Of(json));
        Assert.Equal(capture, JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Capture));
    }

    [Theory]
    [InlineData("""{"GremlinQuery":"G.V()"}""", LayerKeyMode.L2)]
    [InlineData("""{"GremlinQuery":"G.V()","LayerKeyMode":""}""", LayerKeyMode.L2)]
    [InlineData("""{"GremlinQuery":"G.V()","LayerKeyMode":null}""", LayerKeyMode.L2)]
    [InlineData("""{"GremlinQuery":"G.V()","LayerKeyMode":"L2"}""", LayerKeyMode.L2)]
    [InlineData("""{"GremlinQuery":"G.V()","LayerKeyMode":"L3","Unknown":1}""", LayerKeyMode.L3)]
    public void Read_LayerKeyMode_DefaultsToL2(string json, LayerKeyMode mode) =>
        Assert.Equal(mode, JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Capture)!.LayerKeyMode);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"GremlinQuery":null}""")]
    [InlineData("""{"GremlinQuery":1}""")]
    [InlineData("""{"GremlinQuery":"G.V()","LayerKeyMode":"L4"}""")]
    [InlineData("""{"GremlinQuery":"G.V()","LayerKeyMode":1}""")]
    [InlineData("""{"GremlinQuery":"G.V()","LayerKeyMode":"L2, L3"}""")]
    [InlineData("""{"GremlinQuery":"G.V()","SamplingRate":-1}""")]
    [InlineData("""{"GremlinQuery":"G.V()","ExtraTCPMetric":"yes"}""")]
    public void Read_NoCapture_IsOneKindOfError(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Capture));

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, MetadataJson.WriterOptions))
        {
            write(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
