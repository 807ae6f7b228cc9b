using Skydive.Storage.Flows;

namespace Skydive.Storage.Tests.Flows;

public sealed class FlowUuidSetTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("ffffffffffffffff")]
    [InlineData("1a")]
    [InlineData("1A")]
    [InlineData("01a")]
    [InlineData("")]
    [InlineData("10000000000000000")]
    [InlineData("not a number")]
    public void Add_DifferentTexts_AreDifferent(string uuid)
    {
        var set = new FlowUuidSet();
        foreach (string other in (string[])["1", "a1", "1a1", "f", "no number", "001a", "2A"])
        {
            Assert.True(set.Add(other));
        }

        Assert.True(set.Add(uuid));
        Assert.False(set.Add(uuid));
        Assert.Equal(8, set.Count);
    }
}
