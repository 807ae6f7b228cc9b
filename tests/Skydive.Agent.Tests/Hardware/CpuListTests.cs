using Skydive.Agent.Hardware;

namespace Skydive.Agent.Tests.Hardware;

public sealed class CpuListTests
{
    [Theory]
    [InlineData("", new int[0])]
    [InlineData("\n", new int[0])]
    [InlineData("0", new[] { 0 })]
    [InlineData("3,4,7-9\n", new[] { 3, 4, 7, 8, 9 })]
    [InlineData("3,4,7-9,10", new[] { 3, 4, 7, 8, 9, 10 })]
    [InlineData("5-5", new[] { 5 })]
    public void TryParse_List_GivesTheNumbersInOrder(string text, int[] expected)
    {
        Assert.True(CpuList.TryParse(text, out var cpus, out string? error), error);
        Assert.Equal(expected, cpus);
    }

    [Theory]
    [InlineData("3,4,9-7,10", "9-7")]
    [InlineData("3,4,7-,10", "7-")]
    [InlineData("-3", "-3")]
    [InlineData("1-2-3", "1-2-3")]
    [InlineData("1,,2", "")]
    [InlineData("a", "a")]
    [InlineData("0-4294967295", "0-4294967295")]
    [InlineData("0-65536", "0-65536")]
    public void TryParse_NoList_SaysWhichPartIsWrong(string text, string part)
    {
        Assert.False(CpuList.TryParse(text, out _, out string? error));
        Assert.StartsWith($"'{part}' in CPU list '{text}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void TryParse_TheSameRangeAgainAndAgain_EndsAtALimit() =>
        Assert.False(CpuList.TryParse(string.Join(',', Enumerable.Repeat("0-65535", 1000)), out _, out _));

    [Fact]
    public void TryParse_RandomText_NeverThrows()
    {
        var random = new Random(11);
        const string Alphabet = "0123456789,-- \nx";
        for (int i = 0; i < 50_000; i++)
        {
            CpuList.TryParse(new string([.. Enumerable.Range(0, random.Next(16)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]), out _, out _);
        }
    }
}
