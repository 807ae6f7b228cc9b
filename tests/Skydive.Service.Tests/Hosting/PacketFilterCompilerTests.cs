using Skydive.Linux.Bpf;
using Skydive.Service.Hosting;

namespace Skydive.Service.Tests.Hosting;

public sealed class PacketFilterCompilerTests
{
    // Ethernet, IPv4, ICMP echo request without payload.
    private static readonly byte[] s_ping = Convert.FromHexString(
        "020000000002" + "020000000001" + "0800" + "4500001c000000004001f7df" + "0a000001" + "0a000002" + "0800f7ff00000000");

    [Theory]
    [InlineData("icmp", 1, true)]
    [InlineData("icmp[icmptype] == 0", 1, false)]
    [InlineData("src host 10.0.0.1", 1, true)]
    [InlineData("udp", 1, false)]
    [InlineData("icmp", 101, true)]
    [InlineData("tcp", 101, false)]
    public void Compile_Expression_MatchesPackets(string expression, int linkType, bool isMet)
    {
        Assert.SkipUnless(BpfCompiler.IsAvailable, "libpcap is not installed");
        var packet = linkType == 1 ? s_ping : s_ping[14..];
        Assert.Equal(isMet, new PacketFilterCompiler().Compile(expression, linkType)(packet));
    }

    [Fact]
    public void Compile_NoExpression_ArgumentExceptionThatSaysWhy()
    {
        Assert.SkipUnless(BpfCompiler.IsAvailable, "libpcap is not installed");
        Assert.NotEmpty(Assert.Throws<ArgumentException>(() => new PacketFilterCompiler().Compile("err_port 22", 1)).Message);
    }
}
