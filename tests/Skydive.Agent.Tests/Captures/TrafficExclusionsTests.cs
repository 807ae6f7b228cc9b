using System.Net;
using System.Net.Sockets;
using Skydive.Agent.Captures;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Captures;
using Skydive.Linux.Bpf;
using Skydive.Packets;
using Skydive.Packets.Building;

namespace Skydive.Agent.Tests.Captures;

public sealed class TrafficExclusionsTests
{
    private static readonly Uri[] s_analyzers = [new("http://192.0.2.9:8082"), new("https://[2001:db8::9]:8443")];

    [Fact]
    public void Combine_NothingToLeaveOut_IsTheFilterAlone()
    {
        Assert.Equal(string.Empty, TrafficExclusions.Combine(new() { GremlinQuery = "G.V()" }, []));
        Assert.Equal("(icmp)", TrafficExclusions.Combine(new() { GremlinQuery = "G.V()", BPFFilter = "icmp" }, []));
    }

    [Fact]
    public void Combine_UnknownHost_IsLeftAside() =>
        Assert.Equal(string.Empty, TrafficExclusions.Combine(new() { GremlinQuery = "G.V()" }, [new("http://no-such-host.invalid:8082")]));

    [Theory]
    [InlineData(null)]
    [InlineData("tcp or udp")]
    [InlineData("ip or ip6 or (vlan and ip)")]
    public void Combine_Analyzers_TheirPacketsAreNotTaken(string? filter)
    {
        Tools.RequirePcap();
        var program = BpfCompiler.Compile(TrafficExclusions.Combine(new() { GremlinQuery = "G.V()", BPFFilter = filter }, s_analyzers));

        Assert.False(program.Matches(Tcp("192.0.2.1", "192.0.2.9", 5000, 8082)));
        Assert.False(program.Matches(Tcp("192.0.2.9", "192.0.2.1", 8082, 5000)));
        Assert.False(program.Matches(Tcp("2001:db8::9", "2001:db8::1", 8443, 5000)));
        Assert.True(program.Matches(Tcp("192.0.2.9", "192.0.2.1", 8083, 5000)));
        Assert.True(program.Matches(Tcp("192.0.2.8", "192.0.2.1", 8082, 5000)));
        Assert.True(program.Matches(Tcp("2001:db8::9", "2001:db8::1", 8082, 5000)));
    }

    [Fact]
    public void Combine_Targets_WhatIsSentThereIsNotTaken()
    {
        Tools.RequirePcap();
        var netFlow = BpfCompiler.Compile(TrafficExclusions.Combine(
            new() { GremlinQuery = "G.V()", Target = "192.0.2.7:2055", TargetType = "netflowv5" }, []));
        Assert.False(netFlow.Matches(Udp("192.0.2.1", "192.0.2.7", 40000, 2055)));
        Assert.True(netFlow.Matches(Udp("192.0.2.1", "192.0.2.7", 40000, 2056)));
        Assert.True(netFlow.Matches(Tcp("192.0.2.1", "192.0.2.7", 40000, 2055)));

        var erspan = BpfCompiler.Compile(TrafficExclusions.Combine(
            new() { GremlinQuery = "G.V()", Target = "[2001:db8::7]:0", TargetType = "erspanv1", BPFFilter = "ip6" }, []));
        Assert.True(erspan.Matches(Udp("2001:db8::1", "2001:db8::7", 1, 2)));
    }

    [Theory]
    [InlineData("netflowv5", "192.0.2.7:2055", 17, 2055, false)]
    [InlineData("netflowv5", "192.0.2.7:2055", 17, 2056, true)]
    [InlineData("netflowv5", "192.0.2.8:2055", 17, 2055, true)]
    [InlineData("erspanv1", "192.0.2.7:0", 47, 0, false)]
    [InlineData("erspanv1", "192.0.2.7:0", 6, 0, true)]
    [InlineData("ipfix", "[2001:db8::7]:2055", 17, 2055, false)]
    [InlineData("ipfix", "[2001:db8::7]:2055", 17, 2056, true)]
    [InlineData("erspanv1", "[2001:db8::7]:0", 47, 0, false)]
    public void Combine_Targets_WhatTheyAnswerIsNotTaken(string type, string target, byte protocol, int port, bool isTaken)
    {
        Tools.RequirePcap();
        var program = BpfCompiler.Compile(TrafficExclusions.Combine(new() { GremlinQuery = "G.V()", Target = target, TargetType = type }, []));
        bool isIPv4 = IPEndPoint.Parse(target).AddressFamily == AddressFamily.InterNetwork;

        // 192.0.2.7 or 2001:db8::7 says that a packet to it was not taken.
        byte[] quoted = new byte[isIPv4 ? 28 : 48];
        quoted[isIPv4 ? 9 : 6] = protocol;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(quoted.AsSpan(isIPv4 ? 22 : 42), (ushort)port);
        var frame = isIPv4 ? Frame("192.0.2.7", "192.0.2.1").IcmpV4(IcmpV4Type.DestinationUnreachable, 3, 0, 0) : Frame("2001:db8::7", "2001:db8::1").IcmpV6(IcmpV6Type.DestinationUnreachable, 4, 0, 0);

        Assert.Equal(isTaken, program.Matches(frame.Payload(quoted).Build()));
        Assert.True(program.Matches((isIPv4 ? Frame("192.0.2.7", "192.0.2.1").IcmpV4(IcmpV4Type.EchoReply, 0, 1, 1) : Frame("2001:db8::7", "2001:db8::1").IcmpV6(IcmpV6Type.EchoReply, 0, 1, 1)).Payload(quoted).Build()));
    }

    private static byte[] Tcp(string from, string to, int sourcePort, int destinationPort) =>
        Frame(from, to).Tcp((ushort)sourcePort, (ushort)destinationPort, TcpFlags.Syn).Build();

    private static byte[] Udp(string from, string to, int sourcePort, int destinationPort) =>
        Frame(from, to).Udp((ushort)sourcePort, (ushort)destinationPort).Build();

    private static FrameBuilder Frame(string from, string to)
    {
        var frame = new FrameBuilder().Ethernet(MacAddress.Parse("02:00:00:00:00:01"), MacAddress.Parse("02:00:00:00:00:02"));
        var (source, destination) = (IPAddress.Parse(from), IPAddress.Parse(to));
        return source.AddressFamily == AddressFamily.InterNetwork ? frame.IPv4(source, destination) : frame.IPv6(source, destination);
    }
}
