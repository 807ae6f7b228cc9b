using System.Text;
using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Metadata;

public sealed class MetadataJsonTests
{
    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("-0.0", "0")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("9223372036854775808", "9.223372036854776E+18")]
    [InlineData("0.1", "0.1")]
    [InlineData("1e999", "null")]
    [InlineData("""{"a.b":1,"a.c":2}""", """{"a":{"b":1,"c":2}}""")]
    [InlineData("""{"b":1,"a":2,"b":3}""", """{"a":2,"b":3}""")]
    [InlineData("""{"x":[{"a.b":1}]}""", """{"x":[{"a":{"b":1}}]}""")]
    [InlineData("\"<é✓\\ud834\\udd1e>\"", "\"<é✓\\uD834\\uDD1E>\"")]
    public void ParseAndWrite_Json_IsNormalised(string json, string normal)
    {
        Assert.Equal(normal, MetadataJson.ToJson(MetadataJson.Parse(json)));
        using var document = JsonDocument.Parse(json);
        Assert.Equal(normal, MetadataJson.ToJson(MetadataJson.FromElement(document.RootElement)));
    }

    [Fact]
    public void RoundTrip_RandomValues_KeepsThem()
    {
        for (int seed = 0; seed < 3000; seed++)
        {
            var value = RandomMetadata.Value(new Random(seed), 5);
            string json = MetadataJson.ToJson(value);

            Assert.Equal(value, MetadataJson.Parse(json));
            using var document = JsonDocument.Parse(json);
            Assert.Equal(value, MetadataJson.FromElement(document.RootElement));
        }
    }

    [Fact]
    public void RoundTrip_ThroughASerializedType_KeepsThem()
    {
        for (int seed = 0; seed < 1000; seed++)
        {
            var operation = new MetadataOperation { Type = MetadataOperation.Add, Key = "k", Value = RandomMetadata.Value(new Random(seed), 5) };
            var update = new PartialUpdate { ID = "n", UpdatedAt = 1, Revision = 2, Ops = [operation] };
            string json = JsonSerializer.Serialize(update, ContractsJsonContext.Default.PartialUpdate);

            Assert.Equal(operation, Assert.Single(JsonSerializer.Deserialize(json, ContractsJsonContext.Default.PartialUpdate)!.Ops));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\"}")]
    [InlineData("1 2")]
    [InlineData("{} x")]
    [InlineData("// x")]
    [InlineData("NaN")]
    [InlineData("'a'")]
    [InlineData("\"\\ud834\"")]
    [InlineData("{\"\\udd1e\":1}")]
    [InlineData("[\"\\ud834\\ud834\"]")]
    public void Parse_NoJson_IsOneKindOfError(string json) => Assert.ThrowsAny<JsonException>(() => MetadataJson.Parse(json));

    [Fact]
    public void FromElement_HalfASurrogatePair_IsOneKindOfError()
    {
        foreach (string json in new[] { "{\"a\":\"\\ud834\"}", "{\"\\ud834\":1}" })
        {
            using var document = JsonDocument.Parse(json);
            Assert.Throws<JsonException>(() => MetadataJson.FromElement(document.RootElement));
        }
    }

    [Fact]
    public void Read_InvalidUtf8_IsOneKindOfError()
    {
        byte[] json = [.. "{\"a\":\""u8, 0xff, 0xfe, .. "\"}"u8];

        Assert.Throws<JsonException>(() =>
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            return MetadataJson.Read(ref reader);
        });
    }

    [Fact]
    public void Write_HalfASurrogatePair_IsStillJson() => Assert.Equal("\"\uFFFD\"", JsonDocument.Parse(MetadataJson.ToJson("\ud834")).RootElement.GetRawText().Replace("\\uFFFD", "\uFFFD"));

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Parse_Nesting_IsTakenUpToTheLimit(string open, string close)
    {
        string Nested(int depth) => new StringBuilder().Insert(0, open, depth).Append('1').Insert(open.Length * depth + 1, close, depth).ToString();

        Assert.Equal(Nested(MetadataJson.MaximumDepth), MetadataJson.ToJson(MetadataJson.Parse(Nested(MetadataJson.MaximumDepth))));
        Assert.ThrowsAny<JsonException>(() => MetadataJson.Parse(Nested(MetadataJson.MaximumDepth + 1)));
        Assert.ThrowsAny<JsonException>(() => MetadataJson.Parse(Nested(100_000)));
    }

    [Fact]
    public void Parse_NestingByDots_CountsAsNesting()
    {
        string Dotted(int levels) => $"{{\"{string.Join('.', Enumerable.Repeat("a", levels))}\":1}}";
        string twice = string.Join('.', Enumerable.Repeat("a", 30));

        Assert.NotNull(MetadataJson.Parse(Dotted(MetadataJson.MaximumDepth)).AsMap);
        Assert.Throws<JsonException>(() => MetadataJson.Parse(Dotted(MetadataJson.MaximumDepth + 1)));
        Assert.Throws<JsonException>(() => MetadataJson.Parse(Dotted(1_000_000)));
        Assert.Throws<JsonException>(() => MetadataJson.Parse($"{{\"{twice}\":{{\"{twice}\":1}}}}"));
        using var document = JsonDocument.Parse(Dotted(1_000_000));
        Assert.Throws<JsonException>(() => MetadataJson.FromElement(document.RootElement));
    }

    [Fact]
    public void Read_Mutations_GiveAValueOrOneKindOfError()
    {
        var random = new Random(7);
        byte[][] seeds =
        [
            .. Enumerable.Range(0, 40).Select(static seed => Encoding.UTF8.GetBytes(MetadataJson.ToJson(RandomMetadata.Map(new Random(seed), 4)))),
            Encoding.UTF8.GetBytes("""{"ID":"n-1","Metadata":{"Name":"eth0","a.b.c":[1,2.5,{"x":null}]},"Host":"h","CreatedAt":1,"Revision":3,"Parent":"a","Child":"b"}"""),
        ];
        byte[] interesting = "{}[]\",:.\\u0d8e+-1tfn\xff\x00"u8.ToArray();
        int accepted = 0;
        for (int i = 0; i < 150_000; i++)
        {
            byte[] json = [.. seeds[random.Next(seeds.Length)]];
            for (int changes = random.Next(1, 4); changes > 0 && json.Length > 0; changes--)
            {
                int at = random.Next(json.Length);
                switch (random.Next(4))
                {
                    case 0:
                        json[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        json[at] = interesting[random.Next(interesting.Length)];
                        break;
                    case 2:
                        json = json[..at];
                        break;
                    default:
                        json = [.. json[..at], .. json[random.Next(json.Length)..], .. json[at..]];
                        break;
                }
            }

            try
            {
                var reader = new Utf8JsonReader(json);
                reader.Read();
                if (i % 3 == 0)
                {
                    Edge.Read(ref reader);
                }
                else
                {
                    var value = MetadataJson.Read(ref reader);

                    // What is not finite has no JSON.
                    if (!MetadataJson.ToJson(value).Contains("null", StringComparison.Ordinal))
                    {
                        Assert.Equal(value, MetadataJson.Parse(MetadataJson.ToJson(value)));
                    }
                }

                accepted++;
            }
            catch (JsonException)
            {
            }
        }

        Assert.InRange(accepted, 1000, 149_000);
    }
}
