namespace Skydive.Graph.Tests;

public sealed class IdentifiersTests
{
    [Fact]
    public void Derive_KnownTexts_GivesWhatSkydiveGives()
    {
        Assert.Equal("8f253c51-a9fe-5a4b-533c-8b28abe7935a", Identifiers.Derive("lab"));
        Assert.Equal("c24f5f56-5c2f-5b09-5b1a-5fe57735db18", Identifiers.Derive(Identifiers.Derive("lab"), "/var/run/netns/ns1", "netns"));
        Assert.Equal(
            "d735cb90-a9c6-5b6b-6b87-aee6db871fa4",
            Identifiers.Derive("fb72efca-215d-48ee-77d2-27d5ea9705b4", "73905dd5-1092-4436-774d-2327927a0c22", "ownership"));
    }

    [Fact]
    public void Derive_Parts_AreJoinedWithoutSeparator()
    {
        Assert.Equal(Identifiers.Derive("ab", "c"), Identifiers.Derive("a", "bc"));
        Assert.Equal(Identifiers.Derive("aé✓"), Identifiers.Derive("a", "é", "✓"));
        Assert.NotEqual(Identifiers.Derive("a"), Identifiers.Derive("b"));
        Assert.Equal(Identifiers.Derive(), Identifiers.Derive(string.Empty));
        Assert.Equal(Identifiers.Derive(new string('x', 1_000_000)), Identifiers.Derive(new string('x', 999_999), "x"));
    }

    [Fact]
    public void Random_TwoCalls_GiveDifferentUuids()
    {
        Assert.NotEqual(Identifiers.Random(), Identifiers.Random());
        Assert.Equal('4', Identifiers.Random()[14]);
    }
}
