using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Status;

namespace Skydive.Contracts.Tests;

/// <summary>Generated readers set every init member, absent ones to null: none may stay so unless its type says it.</summary>
public sealed class AbsentMemberTests
{
    [Fact]
    public void Read_WireTypesWithOnlyRequiredMembers_EqualThoseMadeInCode()
    {
        AssertSame(new AnalyzerStatus(), "{}", ContractsJsonContext.Default.AnalyzerStatus);
        AssertSame(new AgentStatus(), "{}", ContractsJsonContext.Default.AgentStatus);
        AssertSame(
            new Flow { UUID = "u", LayersPath = "p", Application = "a", Start = 1, Last = 2 },
            """{"UUID":"u","LayersPath":"p","Application":"a","Start":1,"Last":2}""",
            ContractsJsonContext.Default.Flow);
        AssertSame(new FlowStats { CaptureID = "c" }, """{"CaptureID":"c"}""", ContractsJsonContext.Default.FlowStats);
        AssertSame(new Contracts.Captures.Capture { GremlinQuery = "q" }, """{"GremlinQuery":"q"}""", ContractsJsonContext.Default.Capture);
        AssertSame(new Contracts.Messages.SyncRequest(), "{}", ContractsJsonContext.Default.SyncRequest);
        AssertSame(new Contracts.Queries.FlowSearch(), "{}", ContractsJsonContext.Default.FlowSearch);
        AssertSame(new Contracts.Topology.SubGraph(), "{}", ContractsJsonContext.Default.SubGraph);
    }

    private static void AssertSame<T>(T made, string json, JsonTypeInfo<T> type)
    {
        var read = JsonSerializer.Deserialize(json, type)!;

        Assert.Equal(JsonSerializer.Serialize(made, type), JsonSerializer.Serialize(read, type));
        Assert.All(typeof(T).GetProperties(), property =>
        {
            object? expected = property.GetValue(made), actual = property.GetValue(read);
            Assert.Equal(expected is null, actual is null);
            if (expected is string or ValueType)
            {
                Assert.Equal(expected, actual);
            }
            else if (expected is IEnumerable)
            {
                Assert.Empty((IEnumerable)actual!);
            }
        });
    }
}
