using Skydive.Analyzer.Fabric;
using Skydive.Contracts.Metadata;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.Fabric;

public sealed class FabricDefinitionTests
{
    [Fact]
    public void Parse_TheExampleOfSkydive_GivesNodesAndLinks()
    {
        var fabric = Parse(
            "TOR[Name=tor] -> TOR_PORT1[Name=port1]",
            "TOR1[Name=tor1] -> TOR1_PORT1[Name=port1]",
            "TOR1[Name=tor1] -> [color=red] TOR1_PORT2[Name=port2, MTU=1500]",
            "TOR_PORT1 --> TOR1_PORT1",
            "TOR1_PORT2 --> *[Type=host]/eth0");

        Assert.Equal(["tor", "port1", "tor1", "port1", "port2"], fabric.Nodes.Select(static node => node.Metadata["Name"].AsString));
        string id = Identifiers.Derive("fabricTOR1_PORT2");
        Assert.Equal(
            $$"""{"MTU":"1500","Name":"port2","Probe":"fabric","TID":"{{id}}","Type":"device"}""",
            fabric.Nodes.Single(node => node.Id == id).Metadata.ToString());
        Assert.Equal([true, true, true, false], fabric.Links.Select(static link => link.IsOwnership));
        Assert.Equal((Id("TOR_PORT1"), Id("TOR1_PORT1")), (fabric.Links[3].Parent, fabric.Links[3].Child));
        Assert.Equal("""{"Type":"fabric","color":"red"}""", fabric.Links[2].Metadata.ToString());
        var selector = Assert.Single(fabric.Selectors);
        Assert.Equal(Id("TOR1_PORT2"), selector.Parent);
        Assert.Equal(["Type=host", "Name=eth0"], selector.Chain.Select(static segment => string.Join(',', segment.Select(static pair => $"{pair.Key}={pair.Value}"))));
    }

    [Theory]
    [InlineData("TOR1->*[Type=host]/eth0", "TOR1")]
    [InlineData("  A   -->  *  /  *[Driver=virtio,State=UP]  ", "A")]
    [InlineData("A->[\"speed\"=\"10 G\"]*[Type=host]/ns1[Type=netns]/eth0", "A")]
    public void Parse_Selectors_InWhateverSpacing_AreRead(string line, string parent)
    {
        var fabric = Parse(line);

        Assert.Equal(Id(parent), Assert.Single(fabric.Selectors).Parent);
        Assert.Equal(parent, Assert.Single(fabric.Nodes).Metadata["Name"].AsString);
        Assert.Empty(fabric.Links);
    }

    [Theory]
    [InlineData("leaf-1->spine-1", "leaf-1", "spine-1")]
    [InlineData("SW -> Ethernet1/1", "SW", "Ethernet1/1")]
    [InlineData("SW[] -> P 1 [Name=\"port, one\"]", "SW", "port, one")]
    [InlineData("A[Type=switch] --> B[a.b=c]", "A", "B")]
    public void Parse_Nodes_OfAllKinds_AreRead(string line, string parent, string child)
    {
        var fabric = Parse(line);

        Assert.Equal([parent, child], fabric.Nodes.Select(static node => node.Metadata["Name"].AsString));
    }

    [Theory]
    [InlineData("A", 2, "expected '->' or '-->'")]
    [InlineData("A -> ", 6, "expected a name")]
    [InlineData("-> B", 1, "expected a name")]
    [InlineData("A ---> B", 3, "expected '->' or '-->'")]
    [InlineData("A => B", 3, "expected '->' or '-->'")]
    [InlineData("A -> B -> C", 8, "expected the end of the line")]
    [InlineData("A[Name] -> B", 3, "expected 'key=value'")]
    [InlineData("A[=x] -> B", 3, "expected 'key=value'")]
    [InlineData("A[k=v -> B", 11, "expected ',' or ']'")]
    [InlineData("A[k=\"v] -> B", 5, "expected '\"' at the end of the text")]
    [InlineData("A[k=1,k=2] -> B", 7, "k is there twice")]
    [InlineData("A[TID=1] -> B", 3, "TID cannot be set")]
    [InlineData("A[Probe=1] -> B", 3, "Probe cannot be set")]
    [InlineData("A -> [RelationType=x] B", 7, "RelationType cannot be set")]
    [InlineData("A -> A", 6, "a node cannot be linked with itself")]
    [InlineData("*[Type=host]/eth0 -> A", 1, "can only stand at the end")]
    [InlineData("A -> *[Type=host]", 18, "expected '/'")]
    [InlineData("A -> *[Type=host]/", 19, "expected a name")]
    [InlineData("A -> */eth0 x", 14, "")]
    [InlineData("", 1, "expected a name")]
    public void Parse_BrokenLine_SaysWhereAndDefinesNothing(string line, int column, string message)
    {
        var fabric = FabricDefinition.Parse(["X -> Y", line], out var problems);
        if (message.Length == 0)
        {
            // A name may have a space in it.
            Assert.Empty(problems);
            return;
        }

        var problem = Assert.Single(problems);
        Assert.True(problem.IsError);
        Assert.Equal((2, column), (problem.Line, problem.Column));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(["X", "Y"], fabric.Nodes.Select(static node => node.Metadata["Name"].AsString));
    }

    [Fact]
    public void Parse_SeveralBrokenLines_AllAreTold()
    {
        FabricDefinition.Parse(["A ->", "B -> C", "D", "E[ -> F"], out var problems);

        Assert.Equal([1, 3, 4], problems.Select(static problem => problem.Line));
    }

    [Fact]
    public void Parse_NodeThatIsSaidToBeSomethingElse_IsWhatItWasFirstWithAWarning()
    {
        var fabric = FabricDefinition.Parse(["A[MTU=1500] -> B", "A[MTU=9000,Rack=7] -> C"], out var problems);

        var problem = Assert.Single(problems);
        Assert.False(problem.IsError);
        Assert.Contains("A has MTU=1500 already", problem.Message, StringComparison.Ordinal);
        var node = fabric.Nodes.Single(static node => node.Id == Id("A"));
        Assert.Equal(("1500", "7"), (node.Metadata["MTU"].AsString, node.Metadata["Rack"].AsString));
    }

    [Fact]
    public void Parse_RandomText_NeverThrows() => Fuzz(50_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Parse_TenMillionTexts_NeverThrows() => Fuzz(10_000_000);

    private static void Fuzz(int count)
    {
        var random = new Random(count);
        string[] parts = ["A", "B", "*", "[", "]", "->", "-->", "-", ">", "/", "=", ",", "\"", " ", "k", "Type=host", ".", "\t", "é", "\0"];
        for (int i = 0; i < count; i++)
        {
            string line = string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => parts[random.Next(parts.Length)]));
            FabricDefinition.Parse([line], out var problems);
            Assert.All(problems, problem => Assert.InRange(problem.Column, 1, line.Length + 1));
        }
    }

    private static string Id(string name) => Identifiers.Derive("fabric" + name);

    private static FabricDefinition Parse(params string[] lines)
    {
        var fabric = FabricDefinition.Parse(lines, out var problems);
        Assert.Empty(problems);
        return fabric;
    }
}
