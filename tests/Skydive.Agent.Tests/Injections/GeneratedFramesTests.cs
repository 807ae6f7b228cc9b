using System.Buffers.Binary;
using Skydive.Agent.Injections;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Injections;

namespace Skydive.Agent.Tests.Injections;

public sealed class GeneratedFramesTests
{
    public static TheoryData<string, string> TypesAndModes { get; } =
        [.. InjectionTypes.All.SelectMany(static type => new[] { InjectionModes.Unique, InjectionModes.Random }.Select(mode => (type, mode)))];

    [Theory]
    [MemberData(nameof(TypesAndModes))]
    public void Get_OneAfterAnother_ChecksumsAreRight(string type, string mode)
    {
        var frames = new GeneratedFrames(Order(type) with { Mode = mode, Count = 70_000 }, hasEthernet: true, new Random(1));
        for (long i = 0; i < frames.Count; i++)
        {
            Assert.True(Checksums.AreRight(frames.Get(i)), $"frame {i}");
        }
    }

    [Theory]
    [MemberData(nameof(TypesAndModes))]
    public void Get_PayloadGrows_LengthsAndChecksumsAreRight(string type, string mode)
    {
        var frames = new GeneratedFrames(Order(type) with { Mode = mode, Count = 50, IncrementPayload = 7, Payload = "abc" }, hasEthernet: true, new Random(1));
        int first = frames.Get(0).Length;
        for (int i = 0; i < frames.Count; i++)
        {
            Assert.True(Checksums.AreRight(frames.Get(i)), $"frame {i}");
            Assert.Equal(first + (7 * i), frames.Get(i).Length);
        }

        Assert.Equal(frames.MaximumLength, frames.Get(frames.Count - 1).Length);
        Assert.Equal("abcabcabca"u8.ToArray(), frames.Get(1)[^10..].ToArray());
    }

    [Theory]
    [InlineData(InjectionModes.Unique, 3)]
    [InlineData(InjectionModes.Random, 1)]
    public void Get_EchoRequests_IdentifierByMode(string mode, int withIdentifier)
    {
        var frames = new GeneratedFrames(Order(InjectionTypes.IcmpV4) with { Mode = mode, Count = 3, ICMPID = 123 }, hasEthernet: true, new Random(1));
        var seen = Enumerable.Range(0, 3).Select(i => frames.Get(i).Slice(38, 4).ToArray()).ToArray();
        Assert.Equal(123, BinaryPrimitives.ReadUInt16BigEndian(seen[0]));
        Assert.Equal(withIdentifier, seen.Count(static header => BinaryPrimitives.ReadUInt16BigEndian(header) == 123));
        Assert.Equal([1, 2, 3], seen.Select(static header => (int)BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2))));
    }

    [Fact]
    public void Get_WithoutEthernet_BeginsWithTheIpHeader()
    {
        var frames = new GeneratedFrames(Order(InjectionTypes.UdpV4) with { SrcMAC = string.Empty, DstMAC = string.Empty }, hasEthernet: false, new Random(1));
        Assert.Equal(0x45, frames.Get(0)[0]);
        Assert.Equal(20 + 8 + 56, frames.Get(0).Length);
    }

    [Fact]
    public void Get_NoDetails_LettersAndTimeToLiveOf64()
    {
        var frames = new GeneratedFrames(Order(InjectionTypes.IcmpV4) with { TTL = 0 }, hasEthernet: true, new Random(1));
        Assert.Equal(64, frames.Get(0)[22]);
        Assert.All(frames.Get(0)[^56..].ToArray(), static letter => Assert.True(char.IsAsciiLetter((char)letter)));
    }

    [Theory]
    [InlineData("x", "10.0.0.2", "02:00:00:00:00:02", "'x' is no IPv4 address")]
    [InlineData("10.0.0.1", "fd00::1", "02:00:00:00:00:02", "'fd00::1' is no IPv4 address")]
    [InlineData("10.0.0.1", "10.0.0.2", "zz", "'zz' is no MAC address")]
    public void Make_NotAnAddress_SaysWhich(string source, string destination, string mac, string message)
    {
        var order = Order(InjectionTypes.IcmpV4) with { SrcIP = source, DstIP = destination, DstMAC = mac };
        Assert.Equal(message, Assert.Throws<FormatException>(() => new GeneratedFrames(order, hasEthernet: true, new Random(1))).Message);
    }

    [Fact]
    public void Make_PayloadGrowsBeyondAnyPacket_IsRefused() =>
        Assert.Throws<FormatException>(static () => new GeneratedFrames(Order(InjectionTypes.UdpV4) with { Count = long.MaxValue / 2, IncrementPayload = 1 }, hasEthernet: true, new Random(1)));

    private static Injection Order(string type) => new()
    {
        Type = type,
        SrcIP = InjectionTypes.IsIPv6(type) ? "fd77::1" : "10.77.0.1",
        DstIP = InjectionTypes.IsIPv6(type) ? "fd77::2" : "10.77.0.2",
        SrcMAC = "02:00:00:00:00:01",
        DstMAC = "02:00:00:00:01:01",
        SrcPort = 40000,
        DstPort = 9,
        ICMPID = 77,
        Count = 3,
        TTL = 64,
        Mode = InjectionModes.Unique,
    };
}
