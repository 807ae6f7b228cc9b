using System.Text.Json;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Status;

namespace Skydive.Contracts.Tests.Status;

public sealed class StatusJsonTests
{
    [Fact]
    public void Golden_AnalyzerStatus_KeepsItsMembersAndTypes()
    {
        using var golden = JsonDocument.Parse(GoldenFile.Read("status-analyzer.json"));
        var status = golden.Deserialize(ContractsJsonContext.Default.AnalyzerStatus)!;
        using var written = JsonDocument.Parse(JsonSerializer.Serialize(status, ContractsJsonContext.Default.AnalyzerStatus));

        Assert.Equal("agent", status.Agents["lab"].ServiceType);
        Assert.Equal("running", status.Probes["fabric"].Status);
        Assert.All(golden.RootElement.EnumerateObject(), member => Assert.Equal(JsonShape.Of(member.Value), JsonShape.Of(written.RootElement.GetProperty(member.Name))));
        Assert.Equal(
            golden.RootElement.EnumerateObject().Select(static member => member.Name),
            written.RootElement.EnumerateObject().Select(static member => member.Name).Take(7));
    }

    [Fact]
    public void Golden_AgentStatus_IsWrittenInTheSameShape()
    {
        string golden = GoldenFile.Read("status-agent.json");
        var status = JsonSerializer.Deserialize(golden, ContractsJsonContext.Default.AgentStatus)!;

        Assert.True(status.Analyzers["lab"].IsMaster);
        Assert.Contains("afpacket", status.FlowProbes);
        Assert.Equal(JsonShape.Of(golden), JsonShape.Of(JsonSerializer.Serialize(status, ContractsJsonContext.Default.AgentStatus)));
    }

    [Fact]
    public void Golden_Index_IsReadAndWrittenTextForText()
    {
        string golden = GoldenFile.Read("index.json").Trim();

        Assert.Equal(golden, JsonSerializer.Serialize(JsonSerializer.Deserialize(golden, ContractsJsonContext.Default.ServiceInfo)!, ContractsJsonContext.Default.ServiceInfo));
    }

    [Fact]
    public void ApiError_Json_IsAProblemDocument()
    {
        var error = new ApiError { Status = 400, Code = ErrorCodes.GremlinSyntaxError, Detail = "d", Offset = 1, Line = 2, Column = 3, Expected = ["V"] };
        string json = JsonSerializer.Serialize(error, ContractsJsonContext.Default.ApiError);

        Assert.Equal("""{"status":400,"code":"GremlinSyntaxError","detail":"d","offset":1,"line":2,"column":3,"expected":["V"]}""", json);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, ContractsJsonContext.Default.ApiError)!, ContractsJsonContext.Default.ApiError));
        Assert.Equal(
            """{"status":404,"code":"NotFound","detail":"d"}""",
            JsonSerializer.Serialize(new ApiError { Status = 404, Code = ErrorCodes.NotFound, Detail = "d" }, ContractsJsonContext.Default.ApiError));
    }
}
