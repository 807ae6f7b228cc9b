using Skydive.Linux.Netlink;
using Skydive.Linux.Route;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.Route;

/// <summary>Broken messages: whatever the bytes, decoding ends, without exception, in an object or a fault.</summary>
public sealed class DecoderFuzzTests
{
    private const int Mutations = 150_000;

    private static readonly (ushort Type, byte[] Payload)[] s_seeds =
    [
        (16, RecordedMessages.Bytes(RecordedMessages.Bridge)),
        (16, RecordedMessages.Bytes(RecordedMessages.VethPort)),
        (17, RecordedMessages.Bytes(RecordedMessages.Vxlan)),
        (20, RecordedMessages.Bytes(RecordedMessages.PeerAddress)),
        (21, RecordedMessages.Bytes(RecordedMessages.Ipv6Address)),
        (24, RecordedMessages.Bytes(RecordedMessages.TableRoute)),
        (25, RecordedMessages.Bytes(RecordedMessages.MultipathRoute)),
        (28, RecordedMessages.Bytes(RecordedMessages.ArpEntry)),
        (28, RecordedMessages.Bytes(RecordedMessages.BridgeEntry)),
        (29, RecordedMessages.Bytes(RecordedMessages.VxlanEntry)),
    ];

    [Fact]
    public void Decode_MutatedMessages_NeverThrows()
    {
        var random = new Random(20240607);
        int decoded = 0;
        int faults = 0;
        for (int i = 0; i < Mutations; i++)
        {
            (ushort type, byte[] seed) = s_seeds[random.Next(s_seeds.Length)];
            byte[] payload = Mutate(random, seed);
            var message = new NetlinkMessage(type, 0, 0, 0, payload);
            NetlinkFault fault = LinkDecoder.WithStatistics.Decode(message, out LinkMessage? link);
            fault |= AddressDecoder.Instance.Decode(message, out AddressMessage? address);
            fault |= RouteDecoder.Instance.Decode(message, out RouteMessage? route);
            fault |= NeighbourDecoder.Instance.Decode(message, out NeighbourMessage? neighbour);
            if (fault != NetlinkFault.None)
            {
                Assert.Null(link);
                Assert.Null(address);
                Assert.Null(route);
                Assert.Null(neighbour);
                faults++;
            }
            else
            {
                decoded += link is null && address is null && route is null && neighbour is null ? 0 : 1;
            }
        }

        Assert.True(decoded > Mutations / 20, $"only {decoded} decoded");
        Assert.True(faults > Mutations / 20, $"only {faults} faults");
    }

    [Fact]
    public void Receive_MutatedDatagrams_NeverThrows()
    {
        var random = new Random(7);
        byte[] datagram = MessageWriter.Join([.. s_seeds.Select(seed => MessageWriter.Message(seed.Type, 0, 0, 0, seed.Payload))]);
        var kernel = new FakeKernel();
        using var listener = new RtnetlinkListener(kernel);
        var events = new List<RtnetlinkEvent>();
        int whole = 0;
        for (int i = 0; i < 20_000; i++)
        {
            kernel.Queue(Mutate(random, datagram));
            events.Clear();
            NetlinkReceiveStatus status = listener.TryReceive(events);
            Assert.True(status is NetlinkReceiveStatus.Messages or NetlinkReceiveStatus.Overrun);
            Assert.True(events.Count <= datagram.Length / 16);
            whole += status == NetlinkReceiveStatus.Messages ? 1 : 0;
        }

        Assert.InRange(whole, 1, 19_999);
    }

    [Fact]
    public void Dump_MutatedAnswers_EndsInAResultOrANetlinkException()
    {
        var random = new Random(11);
        using var client = new RtnetlinkClient(new FakeKernel
        {
            OnRequest = (kernel, sequence, _) =>
            {
                byte[] answer = MessageWriter.Join(
                    MessageWriter.Message(16, NetlinkFlags.Multi, sequence, FakeKernel.Port, s_seeds[1].Payload),
                    MessageWriter.Message(
                        2,
                        NetlinkFlags.Capped | NetlinkFlags.AcknowledgeAttributes,
                        sequence,
                        FakeKernel.Port,
                        MessageWriter.Number(-5),
                        new byte[16],
                        MessageWriter.Attribute(1, MessageWriter.Text("explanation"))));
                kernel.Queue(Mutate(random, answer));

                // So that an answer whose end was lost ends all the same.
                kernel.Queue(MessageWriter.Message(3, NetlinkFlags.Multi, sequence, FakeKernel.Port, MessageWriter.Number(0)));
            },
        });
        int results = 0;
        int exceptions = 0;
        for (int i = 0; i < 20_000; i++)
        {
            try
            {
                client.DumpLinks();
                results++;
            }
            catch (NetlinkException)
            {
                exceptions++;
            }
        }

        Assert.True(results > 100, $"only {results} results");
        Assert.True(exceptions > 100, $"only {exceptions} exceptions");
    }

    private static byte[] Mutate(Random random, byte[] seed)
    {
        byte[] bytes = random.Next(4) == 0 ? seed[..random.Next(seed.Length + 1)] : [.. seed];
        if (bytes.Length == 0)
        {
            return bytes;
        }

        for (int change = random.Next(6); change > 0; change--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    // Attribute lengths stand at multiples of four.
                    bytes[at & ~3] = (byte)random.Next(12);
                    break;
                default:
                    bytes[at] = (byte)(random.Next(2) * 255);
                    break;
            }
        }

        return bytes;
    }
}
