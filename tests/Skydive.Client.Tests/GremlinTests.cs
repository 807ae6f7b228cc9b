using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.Contracts.Flows;

namespace Skydive.Client.Tests;

public sealed class GremlinTests
{
    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("it's \"it\" \\ here\nand there", "'it\\'s \\\"it\\\" \\\\ here\\nand there'")]
    [InlineData("').Drop('", "'\\').Drop(\\''")]
    [InlineData("", "''")]
    public void Quote_AnyText_IsOneString(string text, string expected) => Assert.Equal(expected, GremlinLiteral.Quote(text));

    [Fact]
    public void Format_Values_AreLiterals()
    {
        Assert.Equal("1500", GremlinLiteral.Format(1500));
        Assert.Equal("-3", GremlinLiteral.Format(-3L));
        Assert.Equal("1.5", GremlinLiteral.Format(1.5));
        Assert.Equal("true", GremlinLiteral.Format(true));
        Assert.Equal("'a', 1", GremlinLiteral.Format(new object[] { "a", 1 }));
        Assert.Equal("1625000000000", GremlinLiteral.Format(DateTimeOffset.FromUnixTimeMilliseconds(1625000000000)));
        Assert.Throws<ArgumentException>(() => GremlinLiteral.Format(null));
        Assert.Throws<ArgumentException>(() => GremlinLiteral.Format(double.NaN));
        Assert.Throws<ArgumentException>(() => GremlinLiteral.Format(Array.Empty<string>()));
        Assert.Throws<ArgumentException>(() => GremlinLiteral.Format(new object()));
        Assert.Throws<ArgumentException>(() => GremlinLiteral.Format(new Dictionary<string, string>()));
    }

    [Theory]
    [InlineData("veth*", "veth.*")]
    [InlineData("vm?-eth[0-9]", "vm.-eth[0-9]")]
    [InlineData("a.b+c(d)|e{f}\\", "a\\.b\\+c\\(d\\)\\|e\\{f\\}\\\\")]
    [InlineData("^x$*", "\\x5ex\\x24.*")]
    [InlineData("a`*b*", "a\\*b.*")]
    [InlineData("a[b*", "a\\[b.*")]
    public void ToRegex_Pattern_MatchesWhatPowerShellMatches(string pattern, string expected) => Assert.Equal(expected, Wildcard.ToRegex(pattern));

    [Theory]
    [InlineData("eth0", false)]
    [InlineData("eth`*", false)]
    [InlineData("a[", false)]
    [InlineData("eth*", true)]
    [InlineData("eth?", true)]
    [InlineData("eth[01]", true)]
    public void IsPattern_Text_IsToldApart(string text, bool expected) => Assert.Equal(expected, Wildcard.IsPattern(text));

    [Fact]
    public void Bind_Variables_AreReplacedOutsideQuotesOnly()
    {
        var values = new Dictionary<string, object?> { ["name"] = "a'b", ["types"] = new object[] { "veth", "tun" } };

        Assert.Equal("G.V().Has('Name', 'a\\'b', 'X', '$name').Has(\"\\\"$name\", Within('veth', 'tun'))",
            GremlinText.Bind("G.V().Has('Name', $name, 'X', '$name').Has(\"\\\"$name\", Within($types))", values).ToString());
        Assert.Throws<ArgumentException>(() => GremlinText.Bind("G.V().Has('Name', $other)", values));
    }

    [Theory]
    [InlineData("g.V()", true)]
    [InlineData(" G . V ( )", true)]
    [InlineData("G", false)]
    [InlineData("g.example", false)]
    [InlineData("Grafana.V()", false)]
    public void IsExpression_Text_IsToldApart(string text, bool expected) => Assert.Equal(expected, GremlinText.IsExpression(text));

    [Theory]
    [InlineData("G.V()", "G.V().SubGraph()")]
    [InlineData("G.V().SubGraph()", "G.V().SubGraph()")]
    [InlineData("G.V().subgraph('RelationType', 'layer2') ", "G.V().subgraph('RelationType', 'layer2')")]
    [InlineData("G.V().Has('SubGraph(')", "G.V().Has('SubGraph(').SubGraph()")]
    [InlineData("g", "g")]
    public void AsGraph_Expression_EndsWithOneSubGraph(string text, string expected) => Assert.Equal(expected, GremlinText.Verbatim(text).AsGraph().ToString());

    [Fact]
    public void Verbatim_NotFromG_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => GremlinText.Verbatim("V()"));
        Assert.Throws<ArgumentException>(() => GremlinText.Verbatim(""));
        Assert.Equal("g.V()", GremlinText.Verbatim(" g.V() ").ToString());
    }

    [Theory]
    [InlineData("eth0", "G.V().Has('Name', 'eth0')")]
    [InlineData("vm*", "G.V().Has('Name', Regex('vm.*'))")]
    [InlineData("G.V().Has('Type','netns')", "G.V().Has('Type','netns')")]
    [InlineData("6fecb1b0-dd3e-50e5-614a-c81b5250c549", "G.V().HasEither('TID', '6fecb1b0-dd3e-50e5-614a-c81b5250c549', '@ID', '6fecb1b0-dd3e-50e5-614a-c81b5250c549')")]
    [InlineData("State=UP", "G.V().Has('State', 'UP')")]
    [InlineData("Neutron.PortID=a*", "G.V().Has('Neutron.PortID', Regex('a.*'))")]
    [InlineData("MTU=1500", "G.V().HasEither('MTU', 1500, 'MTU', '1500')")]
    [InlineData("@Host=web1", "G.V().Has('@Host', 'web1')")]
    [InlineData("O'Hara", "G.V().Has('Name', 'O\\'Hara')")]
    public void Selector_Text_BecomesAnExpression(string text, string expected) => Assert.Equal(expected, NodeSelector.Parse(text).ToString());

    [Fact]
    public void NodeQuery_AllConditions_BecomeOneExpression()
    {
        var query = new NodeQuery
        {
            Names = ["a", "b"],
            Types = ["veth", "tun*"],
            Hosts = ["web1"],
            Metadata = [new("State", "UP"), new("MTU", 1500), new("Old", null), new("Driver", new[] { "veth", "tun" }), new("A", new System.Collections.Hashtable { ["B"] = 1 })],
            HasKeys = ["IPV4"],
            IPRange = "10.0.0.0/8",
            At = DateTimeOffset.FromUnixTimeMilliseconds(1000),
            Duration = TimeSpan.FromSeconds(1.2),
            Skip = 5,
            First = 10,
        };

        Assert.Equal(
            "G.At(1000, 2).V().HasEither('Type', 'veth', 'Type', Regex('tun.*')).Has('Name', Within('a', 'b')).Has('@Host', 'web1')"
            + ".Has('State', 'UP').Has('MTU', 1500).HasNot('Old').Has('Driver', Within('veth', 'tun')).Has('A.B', 1)"
            + ".Has('IPV4', IPV4Range('10.0.0.0/8')).Has('IPV4').Range(5, 15)",
            query.ToGremlin().ToString());
        Assert.EndsWith(".Has('IPV4').Count()", query.ToCountGremlin().ToString());
        Assert.Equal("G.V().Has('Type', 'veth')", new NodeQuery { Types = ["veth"] }.ToGremlin().ToString());
    }

    [Theory]
    [InlineData("fe80::/64")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10/8")]
    [InlineData("banana")]
    public void IPV4Range_OtherThanAnIPv4Network_IsRefused(string network) => Assert.Throws<ArgumentException>(() => GremlinPredicate.IPV4Range(network));

    [Fact]
    public void EdgeQuery_Conditions_BecomeOneExpression()
    {
        Assert.Equal("G.E().Has('RelationType', 'layer2').Limit(3)", new EdgeQuery { RelationTypes = ["layer2"], First = 3 }.ToGremlin().ToString());
        Assert.Equal("G.V().Has('Name', 'a').BothE().Dedup()", new EdgeQuery { From = NodeSelector.Parse("a") }.ToGremlin().ToString());
        Assert.Equal("G.E().Has('Parent', 'x').Has('Child', Within('y', 'z'))", new EdgeQuery { Parents = ["x"], Children = ["y", "z"] }.ToGremlin().ToString());
    }

    [Fact]
    public void FlowQuery_AllConditions_BecomeOneExpression()
    {
        var query = new FlowQuery
        {
            From = NodeSelector.Parse("eth0"),
            Captures = ["c"],
            Addresses = ["10.0.0.1"],
            SourceAddresses = ["10.0.0.0/8", "192.0.2.1"],
            Ports = [443],
            DestinationPorts = [80, 8080],
            Protocol = "tcp",
            Applications = ["HTTP*"],
            FinishTypes = [FinishType.TcpRst],
            Not = [new("Application", "DNS")],
            SortBy = "Metric.ABBytes",
            Descending = true,
            Deduplicate = "TrackingID",
            First = 10,
        };

        Assert.Equal(
            "G.V().Has('Name', 'eth0').Flows().Has('CaptureID', 'c').Has('Application', Regex('HTTP.*')).Has('Network', '10.0.0.1')"
            + ".HasEither('Network.A', IPV4Range('10.0.0.0/8'), 'Network.A', '192.0.2.1').Has('Transport', 443).Has('Transport.B', Within(80, 8080))"
            + ".Has('FinishType', 3).Has('Transport.Protocol', 'TCP').Has('Application', Ne('DNS')).Dedup('TrackingID').Sort(DESC, 'Metric.ABBytes').Limit(10)",
            query.ToGremlin().ToString());
        Assert.Equal("G.Flows()", new FlowQuery().ToGremlin().ToString());
        Assert.Throws<ArgumentException>(() => new FlowQuery { Protocol = "IPX" }.ToGremlin());
    }

    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5d", 129_600_000)]
    [InlineData("00:05:00", 300_000)]
    [InlineData("5", -1)]
    [InlineData("5y", -1)]
    [InlineData("m5", -1)]
    [InlineData("", -1)]
    [InlineData("99999999999999999999d", -1)]
    public void TryParseSpan_Text_IsSpanOrNone(string text, double milliseconds) =>
        Assert.Equal(milliseconds, TimeText.TryParseSpan(text, out var span) ? span.TotalMilliseconds : -1);

    [Fact]
    public void TryParseTime_Text_IsTimeOrNone()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        Assert.True(TimeText.TryParseTime("-5m", now, out var ago));
        Assert.Equal(now.AddMinutes(-5), ago);
        Assert.True(TimeText.TryParseTime("NOW", now, out var same));
        Assert.Equal(now, same);
        Assert.True(TimeText.TryParseTime("2026-02-28T23:00:00+02:00", now, out var absolute));
        Assert.Equal(TimeSpan.FromHours(2), absolute.Offset);
        Assert.False(TimeText.TryParseTime("yesterday", now, out _));
        Assert.False(TimeText.TryParseTime("-9000000h", now, out _));
    }
}
