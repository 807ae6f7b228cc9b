using System.Text;
using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Queries;

public sealed class FilterJsonTests
{
    [Theory]
    [InlineData("""{"$type":"exists","Key":"a.b"}""")]
    [InlineData("""{"$type":"eq","Key":"a","Value":1}""")]
    [InlineData("""{"$type":"eq","Key":"a","Value":null}""")]
    [InlineData("""{"$type":"eq","Key":"a","Value":{"b":[1,2.5,"x",true]}}""")]
    [InlineData("""{"$type":"within","Key":"a","Values":[1,"x",[2]]}""")]
    [InlineData("""{"$type":"within","Key":"a","Values":[]}""")]
    [InlineData("""{"$type":"cmp","Key":"a","Comparison":"LessThan","Value":1.5}""")]
    [InlineData("""{"$type":"cmp","Key":"a","Comparison":"LessThanOrEqual","Value":9223372036854775807}""")]
    [InlineData("""{"$type":"cmp","Key":"a","Comparison":"GreaterThan","Value":0}""")]
    [InlineData("""{"$type":"cmp","Key":"a","Comparison":"GreaterThanOrEqual","Value":-1}""")]
    [InlineData("""{"$type":"regex","Key":"a","Pattern":"eth.*"}""")]
    [InlineData("""{"$type":"cidr","Key":"a","Range":"10.0.0.1/8"}""")]
    [InlineData("""{"$type":"not","Filter":{"$type":"exists","Key":"a"}}""")]
    [InlineData("""{"$type":"all","Filters":[]}""")]
    [InlineData("""{"$type":"any","Filters":[{"$type":"exists","Key":"a"},{"$type":"all","Filters":[{"$type":"exists","Key":"b"}]}]}""")]
    public void RoundTrip_EveryKind_KeepsIt(string json)
    {
        var filter = JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Filter)!;

        Assert.Equal(json, Write(filter));
        var search = new FlowSearch { Filter = filter, NodeTIDs = ["t"], Slice = new(1, 2), SortBy = "Last", Limit = 3 };
        string text = JsonSerializer.Serialize(search, ContractsJsonContext.Default.FlowSearch);
        var back = JsonSerializer.Deserialize(text, ContractsJsonContext.Default.FlowSearch)!;
        Assert.Equal(json, Write(back.Filter!));
        Assert.Equal(["t"], back.NodeTIDs!);
        Assert.Equal(new TimeSlice(1, 2), back.Slice);
        Assert.Equal(3, back.Limit);
        Assert.DoesNotContain("IsPoint", text, StringComparison.Ordinal);
    }

    [Fact]
    public void RoundTrip_RandomTree_MatchesTheSameElements()
    {
        var random = new Random(5);
        var nodes = Enumerable.Range(0, 50)
            .Select(seed => new Node { Id = "n" + seed, CreatedAt = 1, UpdatedAt = 1, Metadata = RandomMetadata.Map(new Random(seed), 3) }).ToArray();
        for (int i = 0; i < 300; i++)
        {
            var filter = RandomFilter(random, 4);
            var back = JsonSerializer.Deserialize(Write(filter), ContractsJsonContext.Default.Filter)!;

            Assert.All(nodes, node => Assert.Equal(filter.Matches(node), back.Matches(node)));
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"$type":"what"}""")]
    [InlineData("""{"$type":1}""")]
    [InlineData("""{"$type":"exists"}""")]
    [InlineData("""{"$type":"exists","Key":null}""")]
    [InlineData("""{"$type":"exists","Key":1}""")]
    [InlineData("""{"$type":"exists","Key":"a","What":1}""")]
    [InlineData("""{"$type":"eq","Key":"a"}""")]
    [InlineData("""{"$type":"within","Key":"a","Values":1}""")]
    [InlineData("""{"$type":"within","Key":"a"}""")]
    [InlineData("""{"$type":"cmp","Key":"a","Value":1}""")]
    [InlineData("""{"$type":"cmp","Key":"a","Comparison":"About","Value":1}""")]
    [InlineData("""{"$type":"cmp","Key":"a","Comparison":"LessThan","Value":"x"}""")]
    [InlineData("""{"$type":"regex","Key":"a","Pattern":"("}""")]
    [InlineData("""{"$type":"regex","Key":"a","Pattern":"(a)\\1"}""")]
    [InlineData("""{"$type":"cidr","Key":"a","Range":"x"}""")]
    [InlineData("""{"$type":"not"}""")]
    [InlineData("""{"$type":"not","Filter":null}""")]
    [InlineData("""{"$type":"all","Filters":null}""")]
    [InlineData("""{"$type":"all","Filters":[null]}""")]
    [InlineData("""{"$type":"any","Filters":{}}""")]
    public void Read_NoFilter_IsOneKindOfError(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Filter));

    [Fact]
    public void Read_TooDeepOrTooMany_IsRefused()
    {
        string deep = string.Concat(Enumerable.Repeat("""{"$type":"not","Filter":""", 100)) + """{"$type":"exists","Key":"a"}""" + new string('}', 100);
        string wide = """{"$type":"all","Filters":[""" + string.Join(',', Enumerable.Repeat("""{"$type":"exists","Key":"a"}""", 10_001)) + "]}";

        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(deep, ContractsJsonContext.Default.Filter));
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(wide, ContractsJsonContext.Default.Filter));
    }

    [Fact]
    public void Read_Mutations_GiveAFilterThatWorksOrOneKindOfError()
    {
        var random = new Random(11);
        byte[][] seeds = [.. Enumerable.Range(0, 50).Select(seed => Encoding.UTF8.GetBytes(Write(RandomFilter(new Random(seed), 3))))];
        var node = new Node { Id = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = RandomMetadata.Map(new Random(2), 3) };
        int accepted = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] json = [.. seeds[random.Next(seeds.Length)]];
            for (int changes = random.Next(1, 3); changes > 0 && json.Length > 0; changes--)
            {
                int at = random.Next(json.Length);
                json = random.Next(3) switch
                {
                    0 => json[..at],
                    1 => [.. json[..at], .. json[random.Next(json.Length)..]],
                    _ => [.. json[..at], (byte)random.Next(256), .. json[(at + 1)..]],
                };
            }

            try
            {
                JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Filter)?.Matches(node);
                accepted++;
            }
            catch (JsonException)
            {
            }
        }

        Assert.InRange(accepted, 500, 99_500);
    }

    private static string Write(Filter filter)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, MetadataJson.WriterOptions))
        {
            JsonSerializer.Serialize(writer, filter, ContractsJsonContext.Default.Filter);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static Filter RandomFilter(Random random, int depth)
    {
        string key = random.Next(3) switch { 0 => "A", 1 => "Name", _ => "K8s.A" };
        return random.Next(depth > 0 ? 10 : 7) switch
        {
            0 => new ExistsFilter(key),
            1 => new EqualFilter(key, RandomMetadata.Value(random, 2)),
            2 => new WithinFilter(key, [RandomMetadata.Value(random, 1), RandomMetadata.Value(random, 1)]),
            3 => new CompareFilter(key, (Comparison)random.Next(4), random.Next(-5, 5)),
            4 => new RegexFilter(key, random.Next(2) == 0 ? ".*" : "[0-9]+"),
            5 => new AddressRangeFilter(key, random.Next(2) == 0 ? "10.0.0.0/8" : "::/0"),
            6 => new TextFilter(key, (TextMatch)random.Next(3), random.Next(2) == 0 ? "a" : "\u00e9\n"),
            7 => new NotFilter(RandomFilter(random, depth - 1)),
            8 => new AllFilter([RandomFilter(random, depth - 1), RandomFilter(random, depth - 1)]),
            _ => new AnyFilter([RandomFilter(random, depth - 1), RandomFilter(random, depth - 1)]),
        };
    }
}
