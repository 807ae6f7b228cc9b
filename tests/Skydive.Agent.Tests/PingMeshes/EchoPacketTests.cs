using System.Net;
using Skydive.Agent.PingMeshes;

namespace Skydive.Agent.Tests.PingMeshes;

public sealed class EchoPacketTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("fd00::1", "fd00::2", true)]
    public void Make_ReadAgain_IsTheSame(string source, string destination, bool isV6)
    {
        var packet = new EchoPacket(IPAddress.Parse(source), IPAddress.Parse(destination), 64, 4711, 33);
        foreach (int header in (int[])[0, 14, 18, 22])
        {
            byte[] frame = [.. new byte[header], .. packet.Make((ushort)(header + 1))];
            Assert.True(EchoPacket.TryReadRequest(frame, isV6, out var echo));
            Assert.Equal((4711, header + 1), (echo.Identifier, echo.Sequence));
            Assert.Equal(IPAddress.Parse(destination).GetAddressBytes(), echo.Destination.ToArray());
            Assert.False(EchoPacket.TryReadReply(frame.AsSpan(header), isV6, out _));
        }
    }

    [Fact]
    public void TryRead_AnyBytes_NeverFails()
    {
        var random = new Random(1);
        byte[] reply = new EchoPacket(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), 64, 1, 20).Make(1).ToArray();
        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = reply[..random.Next(reply.Length + 1)];
            for (int change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            _ = EchoPacket.TryReadReply(bytes, i % 2 == 0, out _);
            _ = EchoPacket.TryReadRequest(bytes, i % 2 == 0, out _);
        }
    }
}
