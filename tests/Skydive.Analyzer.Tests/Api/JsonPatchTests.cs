using System.Text;
using System.Text.Json.Nodes;
using Skydive.Analyzer.Api.Patches;

namespace Skydive.Analyzer.Tests.Api;

public sealed class JsonPatchTests
{
    /// <summary>Examples of RFC 6902, appendix A.</summary>
    [Theory]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux"}]""", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("""{"foo":["bar","baz"]}""", """[{"op":"add","path":"/foo/1","value":"qux"}]""", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", """[{"op":"remove","path":"/baz"}]""", """{"foo":"bar"}""")]
    [InlineData("""{"foo":["bar","qux","baz"]}""", """[{"op":"remove","path":"/foo/1"}]""", """{"foo":["bar","baz"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", """[{"op":"replace","path":"/baz","value":"boo"}]""", """{"foo":"bar","baz":"boo"}""")]
    [InlineData("""{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}""", """[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]""", """{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}""")]
    [InlineData("""{"foo":["all","grass","cows","eat"]}""", """[{"op":"move","from":"/foo/1","path":"/foo/3"}]""", """{"foo":["all","cows","eat","grass"]}""")]
    [InlineData("""{"baz":"qux","foo":["a",2,"c"]}""", """[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]""", """{"baz":"qux","foo":["a",2,"c"]}""")]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/child","value":{"grandchild":{}}}]""", """{"foo":"bar","child":{"grandchild":{}}}""")]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux","xyz":123}]""", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("""{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":10}]""", """{"/":9,"~1":10}""")]
    [InlineData("""{"foo":["bar"]}""", """[{"op":"add","path":"/foo/-","value":["abc","def"]}]""", """{"foo":["bar",["abc","def"]]}""")]
    [InlineData("""{"foo":1}""", """[{"op":"copy","from":"/foo","path":"/bar"},{"op":"replace","path":"/foo","value":null}]""", """{"foo":null,"bar":1}""")]
    [InlineData("""{"foo":1}""", """[{"op":"replace","path":"","value":{"a":2}}]""", """{"a":2}""")]
    [InlineData("""{"foo":1}""", "[]", """{"foo":1}""")]
    public void Apply_ExamplesOfTheStandard(string document, string patch, string expected) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), Apply(document, patch)));

    [Theory]
    [InlineData("""{"baz":"qux"}""", """[{"op":"test","path":"/baz","value":"bar"}]""", "the test of '/baz' failed")]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/baz/bat","value":"qux"}]""", "nothing at '/baz'")]
    [InlineData("""{"foo":[1]}""", """[{"op":"add","path":"/foo/2","value":1}]""", "nothing at '/foo/2'")]
    [InlineData("""{"foo":[1]}""", """[{"op":"remove","path":"/foo/01"}]""", "nothing at '/foo/01'")]
    [InlineData("""{"foo":[1]}""", """[{"op":"remove","path":"/foo/-"}]""", "nothing at '/foo/-'")]
    [InlineData("""{"foo":1}""", """[{"op":"replace","path":"/bar","value":1}]""", "nothing at '/bar'")]
    [InlineData("""{"foo":1}""", """[{"op":"foobar","path":"/foo","value":1}]""", "'foobar': expected add, remove, replace, move, copy or test")]
    [InlineData("""{"foo":1}""", """[{"op":"add","path":"foo","value":1}]""", "'foo' is no JSON pointer")]
    [InlineData("""{"foo":1}""", """[{"op":"add","path":"/foo~2","value":1}]""", "is no JSON pointer")]
    [InlineData("""{"foo":1}""", """[{"op":"add","path":"/foo"}]""", "lacks value")]
    [InlineData("""{"foo":1}""", """[{"op":"move","path":"/foo"}]""", "lacks from")]
    [InlineData("""{"foo":1}""", """[{"path":"/foo"}]""", "lacks op")]
    [InlineData("""{"foo":{"a":1}}""", """[{"op":"move","from":"/foo","path":"/foo/a"}]""", "cannot be moved into itself")]
    [InlineData("""{"foo":1}""", """{"op":"add"}""", "expected an array")]
    [InlineData("""{"foo":1}""", """[1]""", "operation 0 is no object")]
    [InlineData("""{"foo":1}""", """[{"op":"add","op":"remove","path":"/foo"}]""", "incorrect JSON patch")]
    [InlineData("""{"foo":1}""", "nonsense", "incorrect JSON patch")]
    public void Apply_Wrong_IsOneClearError(string document, string patch, string error) =>
        Assert.Contains(error, Assert.Throws<JsonPatchException>(() => Apply(document, patch)).Message, StringComparison.Ordinal);

    [Fact]
    public void Apply_CopiesOfCopies_EndBeforeTheyFillTheMemory()
    {
        string doubling = "[" + string.Join(',', Enumerable.Range(0, 60).Select(static i => $$"""{"op":"copy","from":"/a","path":"/a/{{i}}"}""")) + "]";
        Assert.Contains("more than", Assert.Throws<JsonPatchException>(() => Apply("""{"a":{"x":[1,2,3,4,5,6,7,8,9,10]}}""", doubling)).Message, StringComparison.Ordinal);

        string deepening = "[" + string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/a","path":"/a/a"}""", 10)) + "]";
        Assert.Contains("deep", Assert.Throws<JsonPatchException>(() => Apply("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}""", "[" + string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/a","path":"/a/a/a/a/a/a/a"}""", 12)) + "]")).Message, StringComparison.Ordinal);
        Assert.NotNull(Apply("""{"a":{"b":1}}""", deepening));
    }

    [Fact]
    public void Apply_AnyBytes_GiveAnErrorOrADocument()
    {
        var random = new Random(7);
        string[] words = ["{", "}", "[", "]", "\"op\":", "\"path\":", "\"from\":", "\"value\":", "\"add\"", "\"copy\"", "\"move\"", "\"test\"", "\"/a\"", "\"/a/0\"", "\"\"", "\"/-\"", "1", "null", ",", "~"];
        for (int i = 0; i < 20_000; i++)
        {
            string patch = i % 2 == 0
                ? "[" + string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => words[random.Next(words.Length)])) + "]"
                : "[" + string.Join(',', Enumerable.Range(0, random.Next(1, 6)).Select(_ => $$"""{"op":{{words[random.Next(8, 12)]}},"path":{{words[random.Next(12, 16)]}},"from":{{words[random.Next(12, 16)]}},"value":{{random.Next(3)}}}""")) + "]";
            try
            {
                Apply("""{"a":[0,{"b":1}],"c":"d"}""", patch);
            }
            catch (JsonPatchException)
            {
                // As it should be.
            }
        }
    }

    private static JsonNode? Apply(string document, string patch) => JsonPatch.Parse(Encoding.UTF8.GetBytes(patch)).Apply(Encoding.UTF8.GetBytes(document));
}
