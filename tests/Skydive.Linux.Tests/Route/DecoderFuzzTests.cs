using Skydive.Linux.Ethtool;
using Skydive.Linux.GenericNetlink;
using Skydive.Linux.Netlink;
using Skydive.Linux.Processes;
using Skydive.Linux.Route;
using Skydive.Linux.Sockets;
using Skydive.Linux.Tests.Ethtool;
using Skydive.Linux.Tests.Netlink;
using Skydive.Linux.Tests.Sockets;

namespace Skydive.Linux.Tests.Route;

/// <summary>Broken messages: whatever the bytes, decoding ends, without exception, in an object or a fault.</summary>
public sealed class DecoderFuzzTests
{
    private const int Mutations = 150_000;
    private const ushort EthtoolFamily = 21;

    private static readonly NetlinkDecoder[] s_decoders =
    [
        LinkDecoder.WithStatistics, StatisticsDecoder.Instance, BridgePortDecoder.Instance, AddressDecoder.Instance, RouteDecoder.Instance, NeighbourDecoder.Instance,
        NextHopDecoder.Instance, NamespaceIdDecoder.Instance, GenericFamilyDecoder.Instance, new StringSetDecoder(EthtoolFamily),
        new FeaturesDecoder(EthtoolFamily, EthtoolDecoderTests.Catalog), new LinkSettingsDecoder(EthtoolFamily),
        new StandardStatisticsDecoder(EthtoolFamily), new SocketDecoder(SocketProtocol.Tcp),
    ];

    private static readonly (ushort Type, byte[] Payload)[] s_genericSeeds =
    [
        (16, EthtoolDecoderTests.FamilyAnswer),
        (20, SocketDecoderTests.Server),
        (EthtoolFamily, EthtoolDecoderTests.CompactFeatures),
        (EthtoolFamily, EthtoolDecoderTests.LinkModes),
        (EthtoolFamily, EthtoolDecoderTests.Statistics),
        (EthtoolFamily, EthtoolDecoderTests.Strings),
    ];

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
        (16, LinkDetailsTests.Gre),
        (16, LinkDetailsTests.VirtualFunctions),
        (16, LinkDetailsTests.BridgePort),
        (104, LinkDetailsTests.NextHopGroup),
        (88, [0, 0, 0, 0, 8, 0, 1, 0, 3, 0, 0, 0]),
    ];

    [Fact]
    public void Decode_MutatedMessages_NeverThrows() => DecodeMany(20240607, Mutations);

    /// <summary>The same for ten million messages.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Decode_TenMillionMessages_NeverThrows() => DecodeMany(Environment.TickCount, 10_000_000);

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

    private static void DecodeMany(int seed, int count)
    {
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        (ushort Type, byte[] Payload)[] seeds = [.. s_seeds, .. s_genericSeeds];
        int decoded = 0;
        int faults = 0;
        for (int i = 0; i < count; i++)
        {
            (ushort type, byte[] original) = seeds[random.Next(seeds.Length)];
            byte[] payload = Mutate(random, original);
            var message = new NetlinkMessage(type, 0, 0, 0, payload);
            ProcessEventReader.TryRead(payload, out _);
            ProcessEventReader.TryReadAcknowledgement(payload, out _);
            foreach (NetlinkDecoder decoder in s_decoders)
            {
                NetlinkFault fault = decoder.DecodeObject(message, out object? result);
                if (fault != NetlinkFault.None)
                {
                    Assert.Null(result);
                    faults++;
                }
                else if (result is not null)
                {
                    decoded++;
                }
            }
        }

        Assert.True(decoded > count / 20, $"only {decoded} decoded");
        Assert.True(faults > count / 20, $"only {faults} faults");
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
