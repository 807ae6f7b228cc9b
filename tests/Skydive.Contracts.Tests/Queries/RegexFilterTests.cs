using System.Diagnostics;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Queries;

public sealed class RegexFilterTests
{
    [Theory]
    [InlineData("eth", "eth0", false)]
    [InlineData("eth.*", "eth0", true)]
    [InlineData("th0", "eth0", false)]
    [InlineData("a|ab", "ab", true)]
    [InlineData("a|b", "ab", false)]
    [InlineData("", "", true)]
    [InlineData("", "x", false)]
    [InlineData("a", "a\n", false)]
    [InlineData(".*", "a\nb", false)]
    [InlineData("(?s).*", "a\nb", true)]
    [InlineData("(?i)ETH0", "eth0", true)]
    [InlineData("\\d+", "12", true)]
    public void Matches_Text_IsAnchoredAtBothEnds(string pattern, string text, bool isMet) =>
        Assert.Equal(isMet, new RegexFilter("k", pattern).Matches(NodeWith(text)));

    [Fact]
    public void Matches_Values_LooksIntoListsAndSkipsWhatIsNoText()
    {
        Assert.True(new RegexFilter("k", "b.").Matches(NodeWith(MetadataValue.List("a1", "b1"))));
        Assert.False(new RegexFilter("k", ".*").Matches(NodeWith(12)));
        Assert.False(new RegexFilter("other", ".*").Matches(NodeWith("x")));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("a)|(b")]
    [InlineData("[")]
    [InlineData("(?=a)a")]
    [InlineData("(a)\\1")]
    [InlineData("((((a{0,50}){0,50}){0,50}){0,50})x")]
    public void Constructor_BadPattern_IsRefused(string pattern) => Assert.ThrowsAny<ArgumentException>(() => new RegexFilter("k", pattern));

    [Fact]
    public void Constructor_LongPattern_IsRefused()
    {
        _ = new RegexFilter("k", new string('a', RegexFilter.MaximumPatternLength));
        Assert.Throws<ArgumentException>(() => new RegexFilter("k", new string('a', RegexFilter.MaximumPatternLength + 1)));
        Assert.Throws<ArgumentException>(() => new RegexFilter("k", new string('(', 1_000_000)));
    }

    [Fact]
    public void Matches_PatternThatMakesBacktrackersExplode_TakesNoTime()
    {
        var watch = Stopwatch.StartNew();

        Assert.False(new RegexFilter("k", "(a+)+b").Matches(NodeWith(new string('a', 20_000))));
        Assert.False(new RegexFilter("k", "(a|aa)+b").Matches(NodeWith(new string('a', 20_000))));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }

    private static Node NodeWith(MetadataValue value) => new() { Id = "n", CreatedAt = 1, UpdatedAt = 1, Metadata = MetadataMap.Create(("k", value)) };
}
