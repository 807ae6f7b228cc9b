using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Topology;

public sealed class MetadataOperationTests
{
    [Fact]
    public void Between_RandomMaps_IsUndoneByNothingAndAppliedExactly()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            MetadataMap before = RandomMetadata.Map(random, 3), after = RandomMetadata.Map(random, 3);
            var operations = MetadataOperation.Between(before, after);

            Assert.Equal(after, MetadataOperation.Apply(before, operations));
            Assert.Equal(before, MetadataOperation.Apply(after, MetadataOperation.Between(after, before)));
            Assert.Empty(MetadataOperation.Between(before, MetadataOperation.Apply(before, [])));
            Assert.Equal(operations.Count, operations.Select(static operation => operation.Key).Distinct().Count());
        }
    }

    [Fact]
    public void Between_EqualMaps_IsEmpty() =>
        Assert.Empty(MetadataOperation.Between(MetadataMap.Create(("a", MetadataValue.List(1, "x"))), MetadataMap.Create(("a", MetadataValue.List(1, "x")))));

    [Fact]
    public void Apply_OneAfterAnother_IsTheSameAsTogether()
    {
        var random = new Random(11);
        for (int round = 0; round < 2000; round++)
        {
            var before = MetadataMap.Create([.. Enumerable.Range(0, random.Next(6)).Select(_ => (Key(), (MetadataValue)random.Next(3)))]);
            MetadataOperation[] operations = [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => random.Next(3) == 0
                ? new MetadataOperation { Type = MetadataOperation.Delete, Key = Key() } : new() { Type = MetadataOperation.Add, Key = Key(), Value = random.Next(3) })];

            var expected = operations.Aggregate(before, static (map, operation) =>
                operation.Type == MetadataOperation.Add ? map.With(operation.Key, operation.Value) : map.Without(operation.Key));
            var actual = MetadataOperation.Apply(before, operations);

            Assert.Equal(expected.ToString(), actual.ToString());
            Assert.Equal(expected, MetadataOperation.Apply(before, MetadataOperation.Between(before, expected)));
            Assert.True(!before.Equals(expected) || operations.Length > 1 || ReferenceEquals(before, actual));
        }

        string Key() => ((string[])["a", "b", "c", "c.d", "c.e", "f"])[random.Next(6)];
    }

    [Fact]
    public void Apply_DottedKeys_ReachNestedMaps()
    {
        var map = MetadataOperation.Apply(
            MetadataMap.Create(("a.b", 1), ("a.c", 2)),
            [new() { Type = 2, Key = "a.b" }, new() { Type = 1, Key = "x.y", Value = 3 }, new() { Type = 2, Key = "none" }]);

        Assert.Equal("""{"a":{"c":2},"x":{"y":3}}""", map.ToString());
    }

    [Theory]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[{"Type":0,"Key":"a","Value":1}]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[{"Type":3,"Key":"a","Value":1}]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[{"Type":1,"Key":"a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a","Value":1}]}""")]
    public void Apply_OperationThatIsNone_IsRefused(string json)
    {
        var update = JsonSerializer.Deserialize(json, ContractsJsonContext.Default.PartialUpdate)!;

        Assert.Throws<ArgumentException>(() => MetadataOperation.Apply(MetadataMap.Empty, update.Ops));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2}""")]
    [InlineData("""{"ID":null,"UpdatedAt":1,"Revision":2,"Ops":[]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":null}""")]
    [InlineData("""{"ID":"n","UpdatedAt":"x","Revision":2,"Ops":[]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[{"Key":"a"}]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[{"Type":1}]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[{"Type":1,"Key":null,"Value":1}]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[{"Type":4294967297,"Key":"a","Value":1}]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[null]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":{}}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":1.5,"Ops":[]}""")]
    [InlineData("""{"ID":"n","UpdatedAt":1,"Revision":2,"Ops":[],"Transient":1}""")]
    [InlineData("[]")]
    public void PartialUpdate_MissingMembers_AreRefused(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJsonContext.Default.PartialUpdate));

    [Fact]
    public void Golden_PartialUpdates_AreReadAndWrittenWithTheSameContent()
    {
        var messages = JsonSerializer.Deserialize<List<JsonElement>>(GoldenFile.Read("partial-updates.json"))!;

        Assert.Contains(messages, static message => message.GetProperty("Obj").GetProperty("Ops").EnumerateArray().Any(static operation => operation.GetProperty("Type").GetInt32() == MetadataOperation.Delete));
        Assert.All(messages, static message =>
        {
            var golden = message.GetProperty("Obj");
            var update = golden.Deserialize(ContractsJsonContext.Default.PartialUpdate)!;
            using var written = JsonDocument.Parse(JsonSerializer.Serialize(update, ContractsJsonContext.Default.PartialUpdate));

            Assert.Equal(MetadataJson.FromElement(golden), MetadataJson.FromElement(written.RootElement));
            Assert.Equal(golden.EnumerateObject().Select(static member => member.Name), written.RootElement.EnumerateObject().Select(static member => member.Name));
            Assert.Equal(
                golden.GetProperty("Ops").EnumerateArray().Select(static operation => string.Join(',', operation.EnumerateObject().Select(static member => member.Name))),
                written.RootElement.GetProperty("Ops").EnumerateArray().Select(static operation => string.Join(',', operation.EnumerateObject().Select(static member => member.Name))));
        });
    }
}
