using System.Net;
using Skydive.Linux.Netlink;
using Skydive.Linux.Sockets;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.Sockets;

public sealed class SocketDecoderTests
{
    /// <summary>An IPv6 server of user 1000 on port 443.</summary>
    internal static byte[] Server { get; } = Message(
        10,
        SocketState.Listen,
        443,
        0,
        IPAddress.Parse("2001:db8::1"),
        IPAddress.IPv6Any,
        MessageWriter.Attribute(8, [0]),
        MessageWriter.Attribute(11, [1]),
        MessageWriter.Attribute(21, MessageWriter.Long(77)));

    [Fact]
    public void Decode_Server_ReadsAllOfIt()
    {
        Assert.Equal(
            new SocketMessage
            {
                Protocol = SocketProtocol.Tcp,
                Family = 10,
                State = SocketState.Listen,
                Local = new InternetEndPoint(IPAddress.Parse("2001:db8::1"), 443),
                Remote = new InternetEndPoint(IPAddress.IPv6Any, 0),
                InterfaceIndex = 3,
                UserId = 1000,
                Inode = 4711,
                ControlGroupId = 77,
                IsIPv6Only = true,
            },
            Decode(Server));
    }

    [Fact]
    public void Decode_IPv4_TakesFourBytesOfEachAddress()
    {
        SocketMessage? socket = Decode(Message(
            2, SocketState.Close, 53, 1024, IPAddress.Parse("192.0.2.1"), IPAddress.Parse("198.51.100.1")));

        Assert.Equal("192.0.2.1:53", socket!.Local.ToString());
        Assert.Equal("198.51.100.1:1024", socket.Remote.ToString());
        Assert.Equal(SocketState.Close, socket.State);
        Assert.Null(socket.IsIPv6Only);
    }

    [Fact]
    public void Decode_OtherFamily_IsPassedOver() =>
        Assert.Null(Decode(Message(1, SocketState.Listen, 0, 0, IPAddress.Any, IPAddress.Any)));

    [Fact]
    public void Decode_TooShort_IsAFault()
    {
        var decoder = new SocketDecoder(SocketProtocol.Tcp);

        Assert.Equal(NetlinkFault.TruncatedHeader, decoder.Decode(new NetlinkMessage(20, 0, 0, 0, new byte[71]), out SocketMessage? socket));
        Assert.Null(socket);
    }

    [Fact]
    public void States_Sets_AreWhatTheirNamesSay()
    {
        Assert.Equal(0x1ffeu, (uint)SocketStates.All);
        Assert.Equal(SocketStates.None, SocketStates.WithProcess & SocketStates.WithoutProcess);
        Assert.Equal(SocketStates.Listen, SocketStates.WithProcess & SocketStates.Listen);
    }

    [Fact]
    public void Decode_MutatedMessages_NeverThrows() => Fuzz(20260101, 200_000);

    /// <summary>The same for ten million messages.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Decode_TenMillionMutatedMessages_NeverThrows() => Fuzz(Environment.TickCount, 10_000_000);

    private static void Fuzz(int seed, int count)
    {
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        byte[] client = Message(2, SocketState.Established, 53, 1024, IPAddress.Parse("192.0.2.1"), IPAddress.Parse("198.51.100.1"), MessageWriter.Attribute(21, MessageWriter.Long(77)));
        byte[] mapped = Message(10, SocketState.Established, 443, 50000, IPAddress.Parse("::ffff:192.0.2.1"), IPAddress.Parse("::ffff:198.51.100.1"));
        byte[][] seeds = [Server, client, mapped];
        SocketDecoder[] decoders = [new(SocketProtocol.Tcp), new(SocketProtocol.Udp)];
        int decoded = 0;
        int faults = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] payload = Mutate(random, seeds[random.Next(seeds.Length)]);
            var fault = decoders[i & 1].Decode(new NetlinkMessage(20, 0, 0, 0, payload), out SocketMessage? socket);
            if (fault != NetlinkFault.None)
            {
                Assert.Null(socket);
                faults++;
            }
            else if (socket is not null)
            {
                // What is shown of it is made of the same bytes.
                Assert.NotEqual(0, socket.Local.ToString().Length + socket.Remote.ToString().Length);
                decoded++;
            }
        }

        Assert.True(decoded > count / 4, $"only {decoded} decoded");
        Assert.True(faults > count / 20, $"only {faults} faults");
    }

    private static byte[] Mutate(Random random, byte[] seed)
    {
        if (random.Next(16) == 0)
        {
            byte[] noise = new byte[random.Next(160)];
            random.NextBytes(noise);
            return noise;
        }

        byte[] bytes = random.Next(4) == 0 ? seed[..random.Next(seed.Length + 1)] : [.. seed];
        for (int change = random.Next(5); change > 0 && bytes.Length > 0; change--)
        {
            bytes[random.Next(bytes.Length)] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => 0,
                _ => 255,
            };
        }

        return bytes;
    }

    private static SocketMessage? Decode(byte[] payload)
    {
        Assert.Equal(
            NetlinkFault.None, new SocketDecoder(SocketProtocol.Tcp).Decode(new NetlinkMessage(20, 0, 0, 0, payload), out SocketMessage? socket));
        return socket;
    }

    private static byte[] Message(
        byte family, SocketState state, ushort port, ushort remotePort, IPAddress local, IPAddress remote, params byte[][] attributes) =>
        MessageWriter.Join(
        [
            [family, (byte)state, 0, 0],
            MessageWriter.BigEndian(port),
            MessageWriter.BigEndian(remotePort),
            Padded(local),
            Padded(remote),
            MessageWriter.Number(3),
            new byte[8],
            new byte[12],
            MessageWriter.Number(1000),
            MessageWriter.Number(4711),
            .. attributes,
        ]);

    private static byte[] Padded(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        Array.Resize(ref bytes, 16);
        return bytes;
    }
}
