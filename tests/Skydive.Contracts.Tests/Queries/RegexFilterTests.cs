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
    [InlineData("[[:alpha:]]+[[:digit:]]*", "eth0", true)]
    [InlineData("[[:^alpha:]]", "é", true)]
    [InlineData("[[:alpha:]]", "é", false)]
    [InlineData("[^[:space:][:punct:]]+", "eth0", true)]
    [InlineData("[^[:space:][:punct:]]+", "eth-0", false)]
    [InlineData("(?P<kind>eth|veth)(?P<number>[0-9]+)", "veth12", true)]
    [InlineData("(?<kind>eth)0", "eth0", true)]
    [InlineData("\\d", "٣", false)]
    [InlineData("\\w", "é", false)]
    [InlineData("\\W", "é", true)]
    [InlineData("\\s", "\u00a0", false)]
    [InlineData("\\S\\s\\D", "a b", true)]
    [InlineData("[\\d\\-x]+", "1-x", true)]
    [InlineData("[]a]+", "a]", true)]
    [InlineData("[^]a]", "]", false)]
    [InlineData("[a-]+", "-a", true)]
    [InlineData("[a\\]b]+", "]", true)]
    [InlineData("\\x41\\x{42}\\103\\x{1F600}", "ABC😀", true)]
    [InlineData("a.b", "a😀b", true)]
    [InlineData(".{2}", "😀", false)]
    [InlineData(".", "😀", true)]
    [InlineData("[^a]", "😀", true)]
    [InlineData("[^a]{2}", "😀", false)]
    [InlineData("[^a]*", "😀😀b", true)]
    [InlineData("[😀-😂x]", "😁", true)]
    [InlineData("[😀-😂x]", "😃", false)]
    [InlineData("[^😀]", "😁", true)]
    [InlineData("[^😀]", "😀", false)]
    [InlineData("[^😀]*", "a😁", true)]
    [InlineData("[^😀]*", "a😀", false)]
    [InlineData("[\\x{FFF0}-\\x{20000}]", "\uFFF1", true)]
    [InlineData("[\\x{FFF0}-\\x{20000}]", "😀", true)]
    [InlineData("\\Q1.5+\\E.*", "1.5+x", true)]
    [InlineData("\\Q1.5+\\E", "1x5+", false)]
    [InlineData("a{2,3}?b??", "aaa", true)]
    [InlineData("a{,2}", "a{,2}", true)]
    [InlineData("x{a}", "x{a}", true)]
    [InlineData("(?i)eth(?-i)A", "ETHA", true)]
    [InlineData("(?i)eth(?-i)A", "ETHa", false)]
    [InlineData("(?i:e)th", "Eth", true)]
    [InlineData("(?i:e)th", "ETH", false)]
    [InlineData("(?i)[^a]", "A", false)]
    [InlineData("(?U)a+b", "aab", true)]
    [InlineData("(?s:.)x.", "\nxy", true)]
    [InlineData("(?s:.)x.", "\nx\n", false)]
    [InlineData("^eth0$", "eth0", true)]
    [InlineData("\\Aeth0\\z", "eth0", true)]
    [InlineData("(?m)a$\n^b", "a\nb", true)]
    [InlineData("\\pL\\p{Nd}\\P{L}", "é1-", true)]
    [InlineData("[\\p{Lu}_]+", "É_", true)]
    [InlineData("\\p{^Lu}", "É", false)]
    [InlineData("\\ba b\\b", "a b", true)]
    [InlineData("10\\.0\\.0\\.[0-9]{1,3}", "10.0.0.17", true)]
    [InlineData("a|", "", true)]
    [InlineData("(|a)*", "aa", true)]
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
    [InlineData("a)")]
    [InlineData("*a")]
    [InlineData("a**")]
    [InlineData("a{2}{3}")]
    [InlineData("a|*")]
    [InlineData("(?i)*")]
    [InlineData("a{1001}")]
    [InlineData("a{3,2}")]
    [InlineData("[b-a]")]
    [InlineData("[[:foo:]]")]
    [InlineData("[a-\\d]")]
    [InlineData("\\e")]
    [InlineData("\\Z")]
    [InlineData("\\8")]
    [InlineData("\\x{110000}")]
    [InlineData("\\xg")]
    [InlineData("\\")]
    [InlineData("\\p{Greek}")]
    [InlineData("\\p{L")]
    [InlineData("\\p")]
    [InlineData("(?<=a)b")]
    [InlineData("(?<!a)b")]
    [InlineData("(?!a)b")]
    [InlineData("(?>a)b")]
    [InlineData("(?P<n>a)(?P<n>b)")]
    [InlineData("(?P<n")]
    [InlineData("(?P<n-m>a)")]
    [InlineData("(?x)a")]
    [InlineData("(?i")]
    [InlineData("(?-)")]
    [InlineData("(?P=n)")]
    public void Constructor_BadPattern_IsRefused(string pattern)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => new RegexFilter("k", pattern));
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("regular expression", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ab(?=c)", "look-around, which is not supported, at character 3 of the regular expression")]
    [InlineData("(a)\\1", "a back reference, which is not supported, at character 4 of the regular expression")]
    [InlineData("eth[0-9", "a class without a closing bracket at character 4 of the regular expression")]
    public void Constructor_BadPattern_SaysWhatAndWhere(string pattern, string message) =>
        Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(() => new RegexFilter("k", pattern)).Message);

    [Fact]
    public void Constructor_RandomPatterns_ValidOrRefused()
    {
        string[] pieces = ["a", "(", ")", "[", "]", "^", "-", "[:alpha:]", "\\d", "\\p{L}", "*", "+", "?", "{2}", "{2,3}", "|", "(?i", "(?P<a>", ":", ".", "\\", "\\x{41}", "😀", "\\Q", "\\E", "$", "\u0000", "\uD800", "é"];
        var random = new Random(1);
        int valid = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string pattern = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                new RegexFilter("k", pattern).Matches(NodeWith("aé😀"));
                valid++;
            }
            catch (ArgumentException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        Assert.InRange(valid, 1000, 19_000);
    }

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
