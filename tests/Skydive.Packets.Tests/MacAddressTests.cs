namespace Skydive.Packets.Tests;

public sealed class MacAddressTests
{
    [Theory]
    [InlineData("02:00:00:00:00:01", 0x020000000001)]
    [InlineData("FF-fe-aB-cd-09-9f", 0xfffeabcd099f)]
    public void Parse_OfAnAddress_GivesItsBytes(string text, long value)
    {
        MacAddress address = MacAddress.Parse(text);
        Assert.Equal((ulong)value, address.Value);
        byte[] bytes = new byte[6];
        address.CopyTo(bytes);
        Assert.Equal(Convert.ToHexString(bytes), text.Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant());
        Assert.Equal(text.Replace('-', ':').ToLowerInvariant(), address.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("02:00:00:00:00")]
    [InlineData("02:00:00:00:00:0g")]
    [InlineData("02.00.00.00.00.01")]
    [InlineData("0200:00:00:00:001")]
    public void TryParse_OfSomethingElse_IsFalse(string? text) => Assert.False(MacAddress.TryParse(text, out _));

    [Fact]
    public void Parse_OfSomethingElse_Throws() => Assert.Throws<FormatException>(() => MacAddress.Parse("x"));

    [Fact]
    public void Comparison_IsThatOfTheBytes()
    {
        var low = MacAddress.Parse("02:00:00:00:00:ff");
        var high = MacAddress.Parse("03:00:00:00:00:00");
        Assert.True(low < high && high > low && low <= high && high >= low && low.CompareTo(high) < 0);
        Assert.True(MacAddress.Broadcast > high);
    }
}
