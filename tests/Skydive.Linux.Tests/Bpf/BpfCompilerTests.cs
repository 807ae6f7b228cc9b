using Skydive.Linux.Bpf;

namespace Skydive.Linux.Tests.Bpf;

public sealed class BpfCompilerTests
{
    public BpfCompilerTests() => Tools.RequirePcap();

    [Fact]
    public void Compile_Icmp_IsTheWellKnownProgram()
    {
        BpfProgram program = BpfCompiler.Compile("icmp", LinkType.Ethernet, 65535);

        // ldh [12]; jeq #0x800 0 3; ldb [23]; jeq #1 0 1; ret #65535; ret #0
        Assert.Equal(
            [
                new BpfInstruction(0x28, 0, 0, 12),
                new BpfInstruction(0x15, 0, 3, 0x800),
                new BpfInstruction(0x30, 0, 0, 23),
                new BpfInstruction(0x15, 0, 1, 1),
                new BpfInstruction(0x06, 0, 0, 65535),
                new BpfInstruction(0x06, 0, 0, 0),
            ],
            program.Instructions.ToArray());
        Assert.Equal("40 0 0 12", program.ToString().Split(Environment.NewLine)[0]);
    }

    [Fact]
    public void Compile_RawIp_LooksAtOtherOffsets()
    {
        BpfProgram program = BpfCompiler.Compile("icmp", LinkType.RawIp);

        Assert.True(program.Matches(Frames.Ipv4(1, [8, 0, 0, 0])));
        Assert.False(program.Matches(Frames.Ipv4(17, new byte[8])));
    }

    [Fact]
    public void Compile_Empty_TakesAll() => Assert.Equal(99u, BpfCompiler.Compile(string.Empty, LinkType.Ethernet, 99).Run(new BpfPacket([], 0)));

    [Theory]
    [InlineData("tcp prot 80")]
    [InlineData("host 1.2.3.4.5")]
    [InlineData("((")]
    [InlineData("ip and and")]
    [InlineData("port 99999999")]
    public void Compile_BadExpression_CarriesLibpcapsText(string expression)
    {
        BpfSyntaxException exception = Assert.Throws<BpfSyntaxException>(() => BpfCompiler.Compile(expression));

        Assert.Equal(expression, exception.Expression);
        Assert.NotEmpty(exception.Error);
        Assert.Contains(exception.Error, exception.Message, StringComparison.Ordinal);
        Assert.Equal(exception.Error, BpfCompiler.Check(expression));
    }

    [Fact]
    public void Check_GoodExpression_IsNull() => Assert.Null(BpfCompiler.Check("tcp port 80 and host 10.0.0.1"));

    [Fact]
    public void Compile_ZeroCharacter_IsRefused() => Assert.Throws<BpfSyntaxException>(() => BpfCompiler.Compile("icmp\0 or tcp"));

    [Fact]
    public void Compile_TooLong_IsRefused() => Assert.Throws<BpfSyntaxException>(() => BpfCompiler.Compile(new string('i', 70_000)));

    [Fact]
    public void Compile_FromManyThreads_Works()
    {
        int wrong = 0;
        Parallel.For(0, 200, number =>
        {
            BpfProgram program = BpfCompiler.Compile($"udp port {1000 + number}");
            if (!program.Matches(Frames.Ethernet(0x800, Frames.Udp(1, (ushort)(1000 + number))))
                || program.Matches(Frames.Ethernet(0x800, Frames.Udp(1, (ushort)(1001 + number)))))
            {
                Interlocked.Increment(ref wrong);
            }
        });

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void LibraryVersion_Installed_NamesItself() =>
        Assert.Contains("libpcap", BpfCompiler.LibraryVersion, StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("udp port 53", true)]
    [InlineData("udp dst port 53 and src port 1234", true)]
    [InlineData("tcp", false)]
    [InlineData("host 10.0.0.2", true)]
    [InlineData("net 10.0.0.0/8 and not host 10.0.0.1", false)]
    [InlineData("ether host 02:00:00:00:00:02", true)]
    [InlineData("len > 100", false)]
    [InlineData("greater 40 and less 60", true)]
    [InlineData("ip[8] = 64", true)]
    [InlineData("udp[4:2] = 12", true)]
    [InlineData("ip[2:2] - 20 = 12", true)]
    [InlineData("ip[0] & 0xf != 5", false)]
    [InlineData("ip[8] * 2 / 4 = 32 or arp", true)]
    [InlineData("ip[8] << 1 = 128 and ip[8] >> 6 = 1", true)]
    [InlineData("vlan", false)]
    [InlineData("ip6", false)]
    public void Matches_UdpPacket_AsTheExpressionSays(string expression, bool expected)
    {
        byte[] packet = Frames.Ethernet(0x800, Frames.Udp(1234, 53));

        Assert.Equal(expected, BpfCompiler.Compile(expression).Matches(packet));
    }
}
