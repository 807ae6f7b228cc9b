using System.Buffers.Binary;
using System.Reflection;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Flows.Layers;
using Skydive.Flows.Encoding;
using Skydive.Flows.Hashing;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

public sealed class FlowChunkTests
{
    private const string Version1Block =
        "U2tGQwEAQAABAAAAcwYAAABo5c+LAQAAAGjlz4sBAADoa+XPiwEAAOhr5c+LAQAAAAAAAAEAAAAIAAAACAAAAAECAAgBAAAACAAAAAgAAAACAwAAAQAAABMA" +
        "AAATAAAAAwMAAAEAAAAFAAAABQAAAAQAAAABAAAACAAAAAgAAAAFAAAAAQAAAAgAAAAIAAAABgIACAEAAAAIAAAACAAAAAcCAAgBAAAACAAAAAgAAAAIAgAI" +
        "AQAAAAgAAAAIAAAACQMAAAEAAAAmAAAAJgAAAAoCAAgBAAAACAAAAAgAAAALAAAAAQAAAAgAAAAIAAAADAAAAAEAAAAIAAAACAAAABADAAABAAAACgAAAAoA" +
        "AAARAwAAAQAAABMAAAATAAAAEgMAAAEAAAATAAAAEwAAABMAAAABAAAACAAAAAgAAAAUAwAAAQAAAAYAAAAGAAAAFQMAAAEAAAAKAAAACgAAABYDAAABAAAA" +
        "CgAAAAoAAAAXAAAAAQAAAAgAAAAIAAAAGAMAAAEAAAAFAAAABQAAABkAAAABAAAACAAAAAgAAAAaAAAAAQAAAAgAAAAIAAAAGwAAAAEAAAAIAAAACAAAABwD" +
        "AAABAAAABgAAAAYAAAAdAAAAAQAAAAgAAAAIAAAAHgAAAAEAAAAIAAAACAAAACAAAAABAAAACAAAAAgAAAAhAAAAAQAAAAgAAAAIAAAAIgAAAAEAAAAIAAAA" +
        "CAAAACMAAAABAAAACAAAAAgAAAAkAAAAAQAAAAgAAAAIAAAAJQAAAAEAAAAIAAAACAAAACYAAAABAAAACAAAAAgAAAAoAAAAAQAAAAgAAAAIAAAAKQAAAAEA" +
        "AAAIAAAACAAAACoAAAABAAAACAAAAAgAAAArAAAAAQAAAAgAAAAIAAAALAAAAAEAAAAIAAAACAAAAC0AAAABAAAACAAAAAgAAAAuAAAAAQAAAAgAAAAIAAAA" +
        "MAAAAAEAAAAIAAAACAAAADEAAAABAAAACAAAAAgAAAAyAAAAAQAAAAgAAAAIAAAAMwAAAAEAAAAIAAAACAAAADQAAAABAAAACAAAAAgAAAA1AAAAAQAAAAgA" +
        "AAAIAAAANgAAAAEAAAAIAAAACAAAADcAAAABAAAACAAAAAgAAAA4AAAAAQAAAAgAAAAIAAAAOQAAAAEAAAAIAAAACAAAADoAAAABAAAACAAAAAgAAAA7AAAA" +
        "AQAAAAgAAAAIAAAAPAAAAAEAAAAIAAAACAAAAD0AAAABAAAACAAAAAgAAAA+AAAAAQAAAAgAAAAIAAAAPwAAAAEAAAAIAAAACAAAAEAAAAABAAAACAAAAAgA" +
        "AABBAAAAAQAAAAgAAAAIAAAAQgAAAAEAAAAIAAAACAAAAEMAAAABAAAACAAAAAgAAABEAAAAAQAAAAgAAAAIAAAARQAAAAEAAAAIAAAACAAAAH8AAAAAAAAA" +
        "782rkHhWNBIBEUV0aGVybmV0L0lQdjQvVENQAQNUQ1AAaOXPiwEAAOgDAAAAAAAAvAoAAAAAAADvDQAAAAAAAHcAAAAAAAAAASQ5YjhlY2VmMy1kODI4LTUx" +
        "ZDAtNDE5YS1iZGE3ZWQzMGEzZmEMAAAAAAAAABwAAAAAAAAAAwAAAAAAAAABCEVUSEVSTkVUAREwMjowMDowMDowMDowMDowMQERMDI6MDA6MDA6MDA6MDA6" +
        "MDIIAAAAAAAAAAEESVBWNAEIMTAuMC4wLjEBCDEwLjAuMC4yCQAAAAAAAAABA1RDUECcAAAAAAAAuwEAAAAAAAAKAAAAAAAAAAEERUNITwsAAAAAAAAADAAA" +
        "AAAAAAANAAAAAAAAAA4AAAAAAAAADwAAAAAAAAAQAAAAAAAAABGYGjB0/v//KpQaMHT+//8TAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAQAAAAA" +
        "AAAABQAAAAAAAAAGAAAAAAAAAAcAAAAAAAAAFAAAAAAAAAAVAAAAAAAAABYAAAAAAAAAFwAAAAAAAAAYAAAAAAAAABkAAAAAAAAAGgAAAAAAAAAbAAAAAAAA" +
        "AB4AAAAAAAAAHwAAAAAAAAAgAAAAAAAAACEAAAAAAAAAIgAAAAAAAAAjAAAAAAAAACQAAAAAAAAAJQAAAAAAAAAmAAAAAAAAACcAAAAAAAAAKAAAAAAAAAAp" +
        "AAAAAAAAACoAAAAAAAAAKwAAAAAAAADfP6Cq3x840g==";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decode_OfAFlowWithEveryField_GivesEveryField(bool compress)
    {
        Flow flow = FullFlow();

        // A field that is added to the wire records must be added to the codec too: then this sample lacks it, and says so.
        AssertNoDefault(flow);
        Assert.Equal([flow], FlowChunk.Decode(FlowChunk.Encode([flow], compress)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(300)]
    [InlineData(5000)]
    public void Decode_OfRandomFlows_GivesThem(int count)
    {
        var random = new Random(count);
        Flow[] flows = [.. Enumerable.Range(0, count).Select(_ => RandomFlow(random))];
        byte[] plain = FlowChunk.Encode(flows, compress: false);
        byte[] compressed = FlowChunk.Encode(flows);
        Assert.Equal(flows, FlowChunk.Decode(plain));
        Assert.Equal(flows, FlowChunk.Decode(compressed));
        Assert.True(compressed.Length <= plain.Length);
    }

    [Fact]
    public void Decode_OfExtremeNumbers_GivesThem()
    {
        long[] extremes = [long.MinValue, long.MaxValue, 0, -1, 1, long.MinValue + 1, 1L << 56, 1L << 24, 1L << 40];
        Flow[] flows =
        [
            .. extremes.Select(static value => FullFlow() with
            {
                Start = value,
                Last = unchecked(value * 3),
                Metric = new FlowMetric { ABBytes = value, Start = unchecked(value - 1), Last = value, RTT = unchecked(-value) },
            }),
        ];
        Assert.Equal(flows, FlowChunk.Decode(FlowChunk.Encode(flows)));
        FlowChunkHeader header = FlowChunk.ReadHeader(FlowChunk.Encode(flows));
        Assert.Equal((long.MinValue, long.MaxValue), (header.MinStart, header.MaxStart));
    }

    [Fact]
    public void Decode_OfUnusualTexts_GivesThem()
    {
        string[] texts = ["", "0", "00", "0a", "A", "g", "ffffffffffffffff", "10000000000000000", "é漢🙂", "a\0b", new string('x', 70_000)];
        Flow[] flows = [.. texts.Select(static text => FullFlow() with { UUID = text, TrackingID = text, NodeTID = text, Application = text })];
        Assert.Equal(flows, FlowChunk.Decode(FlowChunk.Encode(flows)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Encode_OfBatches_GivesWhatTheirWireRecordsGive(bool hasApplications)
    {
        // All kinds of flows, from two tables, mutated so that rare paths, addresses and directions occur; some updated, some not.
        var batches = new List<FlowBatch>();
        var random = new Random(11);
        byte[][] seeds =
        [
            Arp(), Udp(), Udp(isFromB: true), Tcp(TcpFlags.Syn), Tcp(TcpFlags.Rst, isFromB: true), Echo(), Vlans(4, 5),
            new FrameBuilder().Ethernet(MacB, MacA).IPv6(AddressB6, AddressA6).Sctp(1, 2).Build(),
            new FrameBuilder().Ethernet(MacB, MacA).IPv6(AddressB6, AddressA6).IcmpV6(IcmpV6Type.EchoRequest, 0, 3, 4).Build(),

            // Addresses of both families that are the same number.
            new FrameBuilder().Ethernet(MacA, MacB).IPv6(Address("::c000:201"), Address("::c633:6402")).Udp(40000, 9000).Build(),
        ];
        foreach (string node in new[] { "n1", "n2" })
        {
            var options = new FlowTableOptions
            {
                NodeTid = node,
                CaptureId = "c" + node,
                TcpApplications = hasApplications ? new Dictionary<int, string> { [80] = "http" } : new Dictionary<int, string>(),
            };
            using var table = new FlowTable(options, new BatchCollector(batches));
            for (int i = 0; i < 3000; i++)
            {
                byte[] frame = (byte[])seeds[random.Next(seeds.Length)].Clone();
                if (i >= seeds.Length * 10)
                {
                    frame[random.Next(frame.Length)] = (byte)random.Next(256);
                }

                table.Process(frame, Epoch + (i * Second / 10));
                table.Tick(Epoch + (i * Second / 10));
            }

            table.Finish(Epoch + (400 * Second));
        }

        Flow[] flows = [.. batches.SelectMany(static batch => batch)];
        Assert.True(flows.Length > 500);
        Assert.Equal(flows, FlowChunk.Decode(FlowChunk.EncodeBatches(batches)));
        Assert.Equal(Convert.ToHexString(FlowChunk.Encode(flows)), Convert.ToHexString(FlowChunk.EncodeBatches(batches)));
        Assert.Equal(batches[0], FlowChunk.Decode(FlowChunk.Encode(batches[0])));
    }

    [Fact]
    public void ReadHeader_GivesTheBoundsOfTimes()
    {
        byte[] chunk = FlowChunk.Encode([FullFlow() with { Start = 10, Last = 30 }, FullFlow() with { Start = 20, Last = 25 }]);
        FlowChunkHeader header = FlowChunk.ReadHeader(chunk.AsSpan(0, FlowChunk.HeaderLength));
        Assert.Equal(
            new FlowChunkHeader { Count = 2, Length = chunk.Length, MinStart = 10, MaxStart = 20, MinLast = 25, MaxLast = 30 }, header);
        Assert.True(header.MayOverlap(30, 40));
        Assert.True(header.MayOverlap(0, 10));
        Assert.False(header.MayOverlap(31, 40));
        Assert.False(header.MayOverlap(0, 9));
        Assert.False(FlowChunk.ReadHeader(FlowChunk.Encode([])).MayOverlap(long.MinValue, long.MaxValue));
    }

    [Fact]
    public void ReadColumns_GivesOneValuePerFlow()
    {
        Flow[] flows = [FullFlow(), FullFlow() with { Network = null, Metric = null }, FullFlow() with { UUID = "b", Start = 5 }];
        var reader = new FlowChunkReader(FlowChunk.Encode(flows));
        Assert.Equal([flows[0].Metric!.ABBytes, 0, flows[2].Metric!.ABBytes], reader.ReadNumbers(FlowColumn.MetricABBytes));
        Assert.Equal([flows[0].Metric!.Start, 0, flows[2].Metric!.Start], reader.ReadNumbers(FlowColumn.MetricStart));
        FlowTextColumn addresses = reader.ReadTexts(FlowColumn.NetworkA);
        Assert.Equal(1, addresses.Count);
        Assert.Equal("10.0.0.1", addresses.GetText(0));
        Assert.Equal("10.0.0.1"u8, addresses.GetUtf8(0));
        Assert.Equal([0, -1, 0], addresses.Codes.ToArray());
        Assert.Null(addresses[1]);
        Assert.Equal("b", reader.ReadTexts(FlowColumn.Uuid)[2]);
        Assert.Equal(FlowParts.All & ~(FlowParts.Network | FlowParts.Metric), reader.GetParts(1));
        Assert.Throws<ArgumentException>(() => reader.ReadNumbers(FlowColumn.NetworkA));
        Assert.Throws<ArgumentException>(() => reader.ReadTexts(FlowColumn.Start));
        Assert.Throws<ArgumentException>(() => reader.ReadNumbers((FlowColumn)200));
    }

    [Fact]
    public void Row_AnyField_IsThatOfTheFlow()
    {
        var random = new Random(12);
        Flow[] flows = [FullFlow(), .. Enumerable.Range(0, 200).Select(_ => RandomFlow(random))];
        var row = new FlowChunkCursor(new FlowChunkReader(FlowChunk.Encode(flows)));
        string[] aliases = ["Link", "Network", "Transport", "ETHERNET.A", "IPV4.B", "IPV6.A", "TCP.A", "UDP.B", "DNS.ResponseCode", "Nothing", "Metric.Nothing", "", "Network.", "."];
        foreach (string name in FlowFields.Names.Concat(aliases))
        {
            var path = Skydive.Contracts.Metadata.FieldPath.Parse(name);
            for (row.Row = 0; row.Row < flows.Length; row.Row++)
            {
                Assert.Equal((flows[row.Row].TryGetField(path, out var expected), expected), (row.TryGetField(path, out var value), value));
            }
        }

        for (row.Row = 0; row.Row < flows.Length; row.Row++)
        {
            Assert.Equal(flows[row.Row], row.Read());
            Assert.Equal((flows[row.Row].UUID, flows[row.Row].Start, flows[row.Row].Last, flows[row.Row].NodeTID), (row.Uuid, row.Start, row.Last, row.NodeTid));
        }
    }

    [Fact]
    public void TryReadColumns_ByName_GivesTheColumnOfTheRightKind()
    {
        Flow[] flows = [FullFlow() with { UUID = "a" }, FullFlow() with { UUID = "ffffffffffffffff", Network = null }];
        var reader = new FlowChunkReader(FlowChunk.Encode(flows));
        Assert.Equal([10UL, ulong.MaxValue], reader.TryReadHexadecimal(FlowColumn.Uuid)!);
        Assert.Null(reader.TryReadHexadecimal(FlowColumn.NodeTid));
        Assert.Throws<ArgumentException>(() => reader.TryReadHexadecimal(FlowColumn.NetworkA));
        Assert.Equal(reader.ReadNumbers(FlowColumn.MetricABBytes), reader.TryReadNumbers("Metric.ABBytes"));
        Assert.Null(reader.TryReadNumbers("Network.A"));
        Assert.Null(reader.TryReadNumbers("IPV4.A"));
        Assert.Equal([0, -1], reader.TryReadTexts("Network.A")!.Codes.ToArray());
        Assert.Null(reader.TryReadTexts("Metric.ABBytes"));
        Assert.Null(reader.TryReadTexts("Nothing"));
    }

    [Fact]
    public void Encode_OfTooMuch_Throws()
    {
        Flow flow = FullFlow();
        Assert.ThrowsAny<ArgumentException>(() => FlowChunk.Encode(Enumerable.Repeat(flow, FlowChunk.MaxCount + 1).ToArray()));
        Assert.ThrowsAny<ArgumentException>(() => FlowChunk.Encode([flow with { NodeTID = new string('x', 17 << 20) }]));
        string half = new('x', 12 << 20);
        Assert.Single(FlowChunk.Decode(FlowChunk.Encode([flow with { NodeTID = half, CaptureID = half }])));
        Assert.ThrowsAny<ArgumentException>(() => FlowChunk.Encode([flow with { NodeTID = half, CaptureID = half, ParentUUID = half }]));
    }

    [Fact]
    public void Decode_OfAnythingElse_Throws()
    {
        byte[] chunk = FlowChunk.Encode([FullFlow()]);
        Assert.Throws<FlowChunkException>(() => FlowChunk.Decode(Array.Empty<byte>()));
        Assert.Throws<FlowChunkException>(() => FlowChunk.Decode(new byte[100]));
        Assert.Throws<FlowChunkException>(() => FlowChunk.Decode(chunk.AsMemory(0, chunk.Length - 1)));
        Assert.Throws<FlowChunkException>(() => FlowChunk.Decode(chunk.Append((byte)0).ToArray()));
        Assert.Throws<FlowChunkException>(() => FlowChunk.Decode(Changed(chunk, 4, 4)));
        for (int i = 0; i < chunk.Length; i++)
        {
            byte[] damaged = Changed(chunk, i, (byte)(chunk[i] + 1));
            Assert.Throws<FlowChunkException>(() => FlowChunk.Decode(damaged));
        }
    }

    [Fact]
    public void Decode_OfABlockWithANewColumn_PassesItOver()
    {
        // Numbered 250, with one byte.
        Flow flow = FullFlow();
        byte[] chunk = FlowChunk.Encode([flow]);
        int columns = BinaryPrimitives.ReadUInt16LittleEndian(chunk.AsSpan(6));
        int directoryEnd = FlowChunk.HeaderLength + (16 * columns);
        byte[] entry = [250, 9, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
        byte[] longer = [.. chunk.AsSpan(0, directoryEnd), .. entry, .. chunk.AsSpan(directoryEnd, chunk.Length - directoryEnd - 8), 42, .. new byte[8]];
        BinaryPrimitives.WriteUInt16LittleEndian(longer.AsSpan(6), (ushort)(columns + 1));
        BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(12), longer.Length);
        Assert.Equal([flow], FlowChunk.Decode(Signed(longer)));
    }

    [Fact]
    public void Encode_WritesTheOldestVersionThatHoldsTheFlows()
    {
        Flow ends = FullFlow() with { IPMetric = null, DNS = null, DHCPv4 = null, VRRPv2 = null };
        Flow flow = ends with { ANodeTID = null, BNodeTID = null, SocketA = null, SocketB = null };
        Flow unusual = flow with { Link = null, Network = null, ParentUUID = "none" };
        Assert.Equal(1, FlowChunk.Encode([unusual])[4]);
        Assert.Equal(2, FlowChunk.Encode([unusual, unusual with { IPMetric = FullFlow().IPMetric }])[4]);
        Assert.Equal(3, FlowChunk.Encode([flow])[4]);
        Assert.Equal(3, FlowChunk.Encode([ends with { Link = null, Network = null, ParentUUID = "none" }])[4]);
    }

    [Fact]
    public void Decode_OfAddresses_GivesTheirTexts()
    {
        // Whatever stands in a column of addresses comes back; addresses as they are usually written take few bytes.
        string[] usual =
        [
            "0.0.0.0", "255.255.255.255", "10.0.0.1", "1.20.255.3", "::", "::1", "fe80::1", "2001:db8::ff00:42:8329", "::ffff:192.0.2.1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ];
        string[] unusual =
        [
            "", "10.0.0", "10.0.0.1.2", "010.0.0.1", "10.0.0.256", "10.0.0.1 ", "10..0.1", "FE80::1", "fe80::1%eth0", "0:0:0:0:0:0:0:1", "fe80::1%3", ":", "localhost", "١.0.0.1",
        ];
        string[] macs = ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:42:ac:11:00:02"];
        string[] otherMacs = ["FF:ff:ff:ff:ff:ff", "02-42-ac-11-00-02", "", "02:42:ac:11:00"];
        string[] parents = ["", "1", "ffffffffffffffff", "a0"];
        string[] otherParents = ["0", "0a", "A0", "x", "10000000000000000"];
        Check(usual, static (flow, text) => flow with { Network = flow.Network! with { A = text, B = text } }, FlowColumn.NetworkA, FlowChunkFormat.EncodingAddress);
        Check(macs, static (flow, text) => flow with { Link = flow.Link! with { A = text, B = text } }, FlowColumn.LinkB, FlowChunkFormat.EncodingMac);
        Check(parents, static (flow, text) => flow with { ParentUUID = text }, FlowColumn.ParentUuid, FlowChunkFormat.EncodingIdentifier);
        foreach (string text in unusual)
        {
            Check([.. usual, text], static (flow, text) => flow with { Network = flow.Network! with { A = text, B = text } }, FlowColumn.NetworkA, FlowChunkFormat.EncodingDictionary);
        }

        foreach (string text in otherMacs)
        {
            Check([.. macs, text], static (flow, text) => flow with { Link = flow.Link! with { A = text, B = text } }, FlowColumn.LinkB, FlowChunkFormat.EncodingDictionary);
        }

        foreach (string text in otherParents)
        {
            Check([.. parents, text], static (flow, text) => flow with { ParentUUID = text }, FlowColumn.ParentUuid, FlowChunkFormat.EncodingDictionary);
        }

        static void Check(string[] texts, Func<Flow, string, Flow> change, FlowColumn column, byte encoding)
        {
            Flow[] flows = [.. texts.Concat(texts.Reverse()).Select(text => change(FullFlow(), text))];
            byte[] chunk = FlowChunk.Encode(flows);
            Assert.Equal(flows, FlowChunk.Decode(chunk));
            int entry = FlowChunk.HeaderLength;
            while (chunk[entry] != (byte)column)
            {
                entry += FlowChunkFormat.EntryLength;
            }

            Assert.Equal(encoding, chunk[entry + 1]);
        }
    }

    [Fact]
    public void Decode_OfABlockOfVersion1_GivesItsFlows()
    {
        // As the service wrote it before there was a version 2.
        byte[] chunk = Convert.FromBase64String(Version1Block);
        Assert.Equal([FullFlow() with { IPMetric = null, DNS = null, DHCPv4 = null, VRRPv2 = null, ANodeTID = null, BNodeTID = null, SocketA = null, SocketB = null }], FlowChunk.Decode(chunk));
    }

    [Fact]
    public void Decode_OfMutatedBlocks_ThrowsOneErrorOrGivesFlows()
    {
        var random = new Random(3);
        byte[][] seeds =
        [
            FlowChunk.Encode([FullFlow()], compress: false),
            FlowChunk.Encode([.. Enumerable.Range(0, 40).Select(_ => RandomFlow(random))], compress: false),
            FlowChunk.Encode([.. Enumerable.Range(0, 40).Select(_ => RandomFlow(random))]),
        ];
        int refused = 0;
        int accepted = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        const int Count = 100_000;
        for (int i = 0; i < Count; i++)
        {
            byte[] chunk = (byte[])seeds[i % seeds.Length].Clone();
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                // The directory is small, but matters most.
                int position = random.Next(3) != 0 ? random.Next(8, chunk.Length - 8) : random.Next(FlowChunk.HeaderLength, Math.Min(900, chunk.Length - 8));
                chunk[position] = random.Next(4) switch
                {
                    0 => 0xff,
                    1 => (byte)(chunk[position] + 1),
                    _ => (byte)random.Next(256),
                };
            }

            // The checksum would catch it all.
            Signed(chunk);
            try
            {
                accepted += FlowChunk.Decode(chunk).Length >= 0 ? 1 : 0;
            }
            catch (FlowChunkException)
            {
                refused++;
            }
        }

        Assert.True(refused > Count / 10 && accepted > Count / 10, $"{refused} refused, {accepted} accepted");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Count * 200_000L);
    }

    [Fact]
    public void Open_SomeColumns_ReadsNoOthers()
    {
        var random = new Random(4);
        Flow[] flows = [.. Enumerable.Range(0, 500).Select(_ => RandomFlow(random))];
        byte[] chunk = FlowChunk.Encode(flows);
        int bytesRead = 0;
        var columns = new HashSet<FlowColumn>([.. FlowChunkReader.FindColumns("Network")!, .. FlowChunkReader.FindColumns("Metric.Last")!]);
        var reader = FlowChunkReader.Open(
            chunk.Length,
            (position, destination) =>
            {
                chunk.AsSpan(position, destination.Length).CopyTo(destination);
                bytesRead += destination.Length;
            },
            columns);
        Assert.Equal(flows.Select(static flow => flow.Metric?.Last ?? 0), reader.ReadNumbers(FlowColumn.MetricLast));
        Assert.Equal(flows.Select(static flow => flow.Network?.B), Enumerable.Range(0, flows.Length).Select(row => reader.ReadTexts(FlowColumn.NetworkB)[row]));
        Assert.Throws<FlowChunkException>(() => reader.ReadTexts(FlowColumn.Uuid));
        Assert.InRange(bytesRead, 1, chunk.Length / 2);
        Assert.Null(FlowChunkReader.FindColumns("IPV4.A"));
        Assert.Null(FlowChunkReader.FindColumns("DNS.ID"));
    }

    [Fact]
    public void Open_OfMutatedBlocks_ThrowsOneErrorOrGivesColumns()
    {
        var random = new Random(5);
        byte[] whole = FlowChunk.Encode([.. Enumerable.Range(0, 40).Select(_ => RandomFlow(random))]);
        FlowColumn[] all = [.. FlowFields.Names.Select(FlowChunkReader.FindColumns).OfType<IReadOnlyList<FlowColumn>>().SelectMany(static columns => columns).Distinct()];
        int refused = 0, accepted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] chunk = random.Next(10) == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            for (int n = random.Next(1, 4); n > 0 && chunk.Length > 0; n--)
            {
                chunk[random.Next(3) == 0 ? random.Next(Math.Min(chunk.Length, 900)) : random.Next(chunk.Length)] = (byte)random.Next(256);
            }

            try
            {
                var columns = random.GetItems(all, 5).ToHashSet();
                var reader = FlowChunkReader.Open(chunk.Length, (position, destination) => chunk.AsSpan(position, destination.Length).CopyTo(destination), columns);
                foreach (var column in columns)
                {
                    try
                    {
                        reader.ReadNumbers(column);
                    }
                    catch (ArgumentException)
                    {
                        var texts = reader.ReadTexts(column);
                        Assert.All(texts.Codes.ToArray(), code => Assert.InRange(code, -1, texts.Count - 1));
                        _ = texts.Count > 0 ? texts.GetText(random.Next(texts.Count)) : null;
                    }
                }

                accepted++;
            }
            catch (FlowChunkException)
            {
                refused++;
            }
        }

        Assert.True(refused > 1000 && accepted > 1000, $"{refused} refused, {accepted} accepted");
    }

    private static Flow FullFlow() => new()
    {
        UUID = "1234567890abcdef",
        LayersPath = "Ethernet/IPv4/TCP",
        Application = "TCP",
        Link = new FlowLayer { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = "02:00:00:00:00:02", ID = 8 },
        Network = new FlowLayer { Protocol = "IPV4", A = "10.0.0.1", B = "10.0.0.2", ID = 9 },
        Transport = new FlowTransport { Protocol = "TCP", A = 40000, B = 443, ID = 10 },
        ICMP = new FlowIcmp { Type = "ECHO", Code = 11, ID = 12 },
        DHCPv4 = new DhcpV4Layer
        {
            Contents = [1], Payload = [2, 3], HardwareLen = 6, HardwareOpts = 1, Xid = 0xfedcba98, Secs = 2, Flags = 0x8000, ServerName = [65, 0], File = [0xff],
        },
        DNS = FullDns(),
        VRRPv2 = new VrrpV2Layer
        {
            Contents = [1], Payload = [2], Version = 2, VirtualRtrID = 3, Priority = 100, CountIpaddr = 1, AdverInt = 4, Checksum = 0xffff,
        },
        LastUpdateMetric = new FlowMetric { ABPackets = 1, ABBytes = 2, BAPackets = 3, BABytes = 4, Start = 5, Last = 6, RTT = 7 },
        Metric = new FlowMetric { ABPackets = 13, ABBytes = 14, BAPackets = 15, BABytes = 16, Start = 17, Last = 18, RTT = 19 },
        TCPMetric = new TcpMetric
        {
            ABSynStart = 20,
            BASynStart = 21,
            ABSynTTL = 22,
            BASynTTL = 23,
            ABFinStart = 24,
            BAFinStart = 25,
            ABRstStart = 26,
            BARstStart = 27,
            ABSegmentOutOfOrder = 30,
            ABSegmentSkipped = 31,
            ABSegmentSkippedBytes = 32,
            ABPackets = 33,
            ABBytes = 34,
            ABSawStart = 35,
            ABSawEnd = 36,
            BASegmentOutOfOrder = 37,
            BASegmentSkipped = 38,
            BASegmentSkippedBytes = 39,
            BAPackets = 40,
            BABytes = 41,
            BASawStart = 42,
            BASawEnd = 43,
        },
        IPMetric = new IpMetric { Fragments = 44, FragmentErrors = 45 },
        Start = 1700000000000,
        Last = 1700000001000,
        TrackingID = "abc",
        L3TrackingID = "def",
        ParentUUID = "77",
        NodeTID = "9b8ecef3-d828-51d0-419a-bda7ed30a3fa",
        ANodeTID = "aaaaaaaa-d828-51d0-419a-bda7ed30a3fa",
        BNodeTID = "bbbbbbbb-d828-51d0-419a-bda7ed30a3fa",
        SocketA = new FlowSocket { Process = "/usr/bin/a", Pid = 46, Name = "a" },
        SocketB = new FlowSocket { Process = "/usr/bin/b", Pid = 47, Name = "b" },
        CaptureID = "c",
        RawPacketsCaptured = 28,
        FinishType = FinishType.TcpRst,
    };

    private static DnsLayer FullDns()
    {
        DnsRecord[] records =
        [
            new DnsRecord
            {
                Name = "a.example", Type = "A", Class = "IN", TTL = uint.MaxValue, DataLength = 4, IP = "192.0.2.1", NS = "ns.example", CName = "c.example",
                PTR = "p.example", TXTs = ["v=1", "é"], SRV = new DnsService { Priority = 1, Weight = 2, Port = 3, Name = "s.example" },
                SOA = new DnsStartOfAuthority { MName = "m", RName = "r", Serial = 1, Refresh = 2, Retry = 3, Expire = 4, Minimum = 5 },
                MX = new DnsMailExchange { Preference = 1, Name = "mx.example" }, OPT = [new DnsOption { Code = "Cookie", Data = "0102" }],
            },
        ];
        return new DnsLayer
        {
            ID = 1, QR = true, OpCode = "Query", AA = true, TC = true, RD = true, RA = true, Z = 2, ResponseCode = "No Error",
            QDCount = 1, ANCount = 2, NSCount = 3, ARCount = 4, Questions = [new DnsQuestion { Name = "a.example", Type = "A", Class = "IN" }],
            Answers = records, Authorities = records, Additionals = records, Timestamp = new WireTimestamp { Seconds = 1, Nanos = 2 },
        };
    }

    private static Flow RandomFlow(Random random)
    {
        Flow flow = FullFlow();
        FlowMetric Metric() => new()
        {
            ABPackets = random.Next(100),
            ABBytes = random.Next(),
            BAPackets = random.Next(3),
            BABytes = random.NextInt64(),
            Start = flow.Start,
            Last = flow.Last + random.Next(5),
        };
        return flow with
        {
            UUID = random.NextInt64().ToString("x", System.Globalization.CultureInfo.InvariantCulture),
            Start = 1700000000000 + random.Next(60000),
            Last = 1700000060000 + random.Next(60000),
            Link = random.Next(4) == 0 ? null : flow.Link,
            Network = random.Next(4) == 0 ? null : flow.Network! with { A = $"10.0.{random.Next(4)}.{random.Next(256)}" },
            Transport = random.Next(2) == 0 ? null : flow.Transport! with { A = random.Next(65536) },
            ICMP = random.Next(4) == 0 ? flow.ICMP : null,
            DHCPv4 = random.Next(8) == 0 ? flow.DHCPv4 : null,
            DNS = random.Next(8) == 0 ? flow.DNS! with { ID = random.Next(65536) } : null,
            VRRPv2 = random.Next(8) == 0 ? flow.VRRPv2 : null,
            TCPMetric = random.Next(4) == 0 ? flow.TCPMetric : null,
            IPMetric = random.Next(4) == 0 ? flow.IPMetric : null,
            Metric = random.Next(4) == 0 ? null : Metric(),
            LastUpdateMetric = random.Next(4) == 0 ? null : Metric(),
            ANodeTID = random.Next(2) == 0 ? flow.ANodeTID : null,
            BNodeTID = random.Next(2) == 0 ? flow.BNodeTID : null,
            SocketA = random.Next(2) == 0 ? flow.SocketA! with { Pid = random.Next(3) } : null,
            SocketB = random.Next(2) == 0 ? flow.SocketB : null,
            FinishType = (FinishType)random.Next(4),
        };
    }

    private static void AssertNoDefault(object value)
    {
        foreach (PropertyInfo property in value.GetType().GetProperties().Where(static property => property.CanWrite))
        {
            object? field = property.GetValue(value);
            Assert.True(field is not (null or "" or 0 or 0L or false or FinishType.NotFinished), $"{value.GetType().Name}.{property.Name} has no value");
            if (field is System.Collections.IEnumerable and not string)
            {
                Assert.NotEmpty((System.Collections.IEnumerable)field);
            }
            else if (field is not (string or int or long or bool or Enum))
            {
                AssertNoDefault(field);
            }
        }
    }

    private static byte[] Changed(byte[] chunk, int position, byte value)
    {
        byte[] changed = (byte[])chunk.Clone();
        changed[position] = value;
        return changed;
    }

    private static byte[] Signed(byte[] chunk)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(chunk.AsSpan(chunk.Length - 8), XxHash64.Hash(chunk.AsSpan(0, chunk.Length - 8)));
        return chunk;
    }

    private sealed class BatchCollector(List<FlowBatch> batches) : IFlowSink
    {
        public void OnFlows(FlowBatch flows) => batches.Add(flows);
    }
}
