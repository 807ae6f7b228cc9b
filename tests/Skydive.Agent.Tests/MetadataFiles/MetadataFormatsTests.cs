using Skydive.Agent.MetadataFiles;

namespace Skydive.Agent.Tests.MetadataFiles;

public sealed class MetadataFormatsTests
{
    [Theory]
    [InlineData("a: 1", """{"a":1}""")]
    [InlineData("a: -0x1", """{"a":"-0x1"}""")]
    [InlineData("a: 0x1F\nb: 0o17\nc: 1.5\nd: 1e3\ne: .5", """{"a":31,"b":15,"c":1.5,"d":1000,"e":0.5}""")]
    [InlineData("a: true\nb: False\nc: yes\nd: 'true'\ne: \"1\"", """{"a":true,"b":false,"c":"yes","d":"true","e":"1"}""")]
    [InlineData("a: ~\nb: null\nc:\nd: ''", """{"a":null,"b":null,"c":null,"d":""}""")]
    [InlineData("a: infinity\nb: 1_000\nc: 1.2.3\nd: 2001-01-01\ne: 12:30", """{"a":"infinity","b":"1_000","c":"1.2.3","d":"2001-01-01","e":"12:30"}""")]
    [InlineData("a.b: 1\na.c: 2", """{"a":{"b":1,"c":2}}""")]
    [InlineData("x: &x [1, 2]\ny: *x", """{"x":[1,2],"y":[1,2]}""")]
    [InlineData("- 1\n- {a: [b]}", """[1,{"a":["b"]}]""")]
    [InlineData("", "null")]
    public void Parse_Yaml_KeepsTypes(string text, string json) => Assert.Equal(json, ToJson("yaml", text));

    [Theory]
    [InlineData("", "{}")]
    [InlineData("a = 1 # one\nb = \"x # y\"\nc = 'raw\\n'", """{"a":1,"b":"x # y","c":"raw\\n"}""")]
    [InlineData("a = 0xff\nb = 0o17\nc = 0b101\nd = 1_000\ne = +5\nf = -1.5e3\ng = 1e-2", """{"a":255,"b":15,"c":5,"d":1000,"e":5,"f":-1500,"g":0.01}""")]
    [InlineData("a = true\nb = false\nc = inf\nd = 1979-05-27T07:32:00Z\ne = 1979-05-27 07:32:00\nf = 07:32:00", """{"a":true,"b":false,"c":"inf","d":"1979-05-27T07:32:00Z","e":"1979-05-27 07:32:00","f":"07:32:00"}""")]
    [InlineData("[a]\nx = 1\n[a.b]\ny = 2\n[c]\n", """{"a":{"b":{"y":2},"x":1},"c":{}}""")]
    [InlineData("[[a]]\nx = 1\n[[a]]\nx = 2\n[a.sub]\ny = 3", """{"a":[{"x":1},{"sub":{"y":3},"x":2}]}""")]
    [InlineData("a = [1, [2, 'x'], # comment\n {b = 1, c.d = 2},\n]", """{"a":[1,[2,"x"],{"b":1,"c":{"d":2}}]}""")]
    [InlineData("a.b.c = 1\na.d = 2\n\"quoted key\" = 3\n'' = 4", """{"":4,"a":{"b":{"c":1},"d":2},"quoted key":3}""")]
    [InlineData("a = \"\"\"\nline one\nline \\\n   two \"\"quoted\"\"\"\"\"", "{\"a\":\"line one\\nline two \\\"\\\"quoted\\\"\\\"\"}")]
    [InlineData("a = '''\n  raw \\ text'''", """{"a":"  raw \\ text"}""")]
    [InlineData("a = \"\\u00e9\\U0001F600\\t\\\\\"", "{\"a\":\"é\\uD83D\\uDE00\\t\\\\\"}")]
    [InlineData("a = 1\r\nb = 2\r\n", """{"a":1,"b":2}""")]
    public void Parse_Toml_KeepsTypes(string text, string json) => Assert.Equal(json, ToJson("toml", text));

    [Theory]
    [InlineData("a = ", "line 1, column 5: expected a value")]
    [InlineData("a = 1 b = 2", "line 1, column 7: expected the end of the line")]
    [InlineData("a = 1\na = 2", "line 2, column 6: 'a' is defined already")]
    [InlineData("a = text", "line 1, column 5: 'text' is no value")]
    [InlineData("[a]\n[a]", "table 'a' is defined already")]
    [InlineData("[a", "expected ']'")]
    [InlineData("a = [1, 2", "expected ',' or ']'")]
    [InlineData("a = {b = 1,}", "expected a key after ','")]
    [InlineData("a = {b = 1}\na.c = 2", "'a' is defined already")]
    [InlineData("a = \"x", "expected '\"'")]
    [InlineData("a = \"\\q\"", "is no escape")]
    [InlineData("a = \"\\ud800\"", "expected a Unicode scalar value")]
    [InlineData("a = 1__0", "is no value")]
    [InlineData("= 1", "expected a key")]
    [InlineData("a = 1\n[[a]]", "no array of tables")]
    public void Parse_BrokenToml_SaysWhere(string text, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => MetadataFormats.Parse("toml", text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("top = 1\n[DEFAULT]\n; note\n# note\nverbose = true\nurl: http://x/?a=b\n\n[ml2]\ntypes = \"flat, vlan\"\nempty =\n", """{"DEFAULT":{"url":"http://x/?a=b","verbose":"true"},"ml2":{"empty":"","types":"flat, vlan"},"top":"1"}""")]
    [InlineData("[a]\nx = 1\nx = 2\r\n", """{"a":{"x":["1","2"]}}""")]
    public void Parse_Ini_IsTexts(string text, string json) => Assert.Equal(json, ToJson("ini", text));

    [Theory]
    [InlineData("# note\n! note\nbroker.id=7\nlog.dirs : /tmp/a,\\\n   /tmp/b\nname value with spaces\nflag\n", """{"broker":{"id":"7"},"flag":"","log":{"dirs":"/tmp/a,/tmp/b"},"name":"value with spaces"}""")]
    [InlineData("a\\ b=\\u00e9\\n\\\\", "{\"a b\":\"é\\n\\\\\"}")]
    public void Parse_Properties_IsTexts(string text, string json) => Assert.Equal(json, ToJson("props", text));

    [Theory]
    [InlineData("json", "{\"a\": }")]
    [InlineData("json", "")]
    [InlineData("yaml", "a: [1")]
    [InlineData("yaml", "? [1]\n: 2")]
    [InlineData("ini", "[a\n")]
    [InlineData("ini", "no separator")]
    [InlineData("properties", "a=\\u12")]
    [InlineData("properties", "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1")]
    public void Parse_BrokenText_IsAFormatException(string type, string text) =>
        Assert.Throws<FormatException>(() => MetadataFormats.Parse(type, text));

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("toml")]
    public void Parse_NestedWithoutEnd_IsRefused(string type)
    {
        string nested = new string('[', 40) + new string(']', 40);
        Assert.Throws<FormatException>(() => MetadataFormats.Parse(type, type == "toml" ? "a = " + nested : nested));
    }

    [Fact]
    public void Parse_AliasesThatStandForMillions_AreRefused()
    {
        string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + string.Concat(Enumerable.Range(1, 8).Select(i => $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Assert.Contains("more than 10000 values", Assert.Throws<FormatException>(() => MetadataFormats.Parse("yaml", text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_RandomTexts_NeverThrowAnythingElse() => Fuzz(20_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Parse_TenMillionTexts_NeverThrowAnythingElse() => Fuzz(10_000_000);

    private static string ToJson(string type, string text) => Skydive.Contracts.Metadata.MetadataJson.ToJson(MetadataFormats.Parse(type, text));

    private static void Fuzz(int count)
    {
        var random = new Random(count);
        string[] parts = ["a", "b.c", "=", ":", "[", "]", "[[", "]]", "{", "}", ",", "\"", "'", "\"\"\"", "'''", "\n", " ", "#", "\\", "\\u00e9", "1", "0x", "-1.5e3", "true", "- ", "&x", "*x", ".", "\t", "\0", "!", "é"];
        for (int i = 0; i < count; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            string type = MetadataFormats.Types[i % MetadataFormats.Types.Count];
            try
            {
                MetadataFormats.Parse(type, text);
            }
            catch (FormatException)
            {
            }
#pragma warning disable CA1031 // Whatever else is thrown is what the test is for.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Assert.Fail($"{type} {text}: {e}");
            }
        }
    }
}
