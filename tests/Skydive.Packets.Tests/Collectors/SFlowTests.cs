using System.Net;
using Skydive.Packets.Collectors;

namespace Skydive.Packets.Tests.Collectors;

public sealed class SFlowTests
{
    private static readonly byte[] s_packet = [.. Enumerable.Range(0, 61).Select(static i => (byte)i)];

    [Fact]
    public void Write_ThenRead_GivesTheSame()
    {
        var writer = new SFlowWriter(IPAddress.Parse("192.0.2.1"), 7);
        Assert.False(writer.HasSamples);
        Assert.True(writer.TryAddPacket(s_packet, LinkType.Ethernet, 1500, 3, 10, 100));
        ulong[] counters = [.. Enumerable.Range(1, 13).Select(static i => (ulong)i << (i == 1 || i == 8 ? 40 : 4))];
        Assert.True(writer.TryAddCounters(3, 10_000_000_000, true, counters));
        Assert.True(writer.TryAddPacket([0x60, .. new byte[39]], LinkType.Raw, 40, 4, 10, 110));
        Assert.True(writer.HasSamples);

        Assert.True(SFlowReader.TryOpen(writer.Finish(1000), out var reader));
        Assert.Equal(("192.0.2.1", 7u, 1u), (reader.Agent.ToString(), reader.SubAgent, reader.Sequence));

        Assert.True(reader.TryReadSample(out var sample));
        Assert.Equal((SFlowSampleKind.Flow, 1u, 0u, 3u, 10u), (sample.Kind, sample.Sequence, sample.SourceClass, sample.SourceIndex, sample.SamplingRate));
        var records = sample.GetEnumerator();
        Assert.True(records.MoveNext());
        Assert.True(records.Current.TryReadPacket(out var header, out var linkType, out int length));
        Assert.Equal(s_packet, header.ToArray());
        Assert.Equal((LinkType.Ethernet, 1500), (linkType, length));
        Assert.False(new SFlowCounters().TryRead(new SFlowRecord(99, default)));
        Assert.False(records.MoveNext());

        Assert.True(reader.TryReadSample(out sample));
        Assert.Equal((SFlowSampleKind.Counters, 1u, 3u), (sample.Kind, sample.Sequence, sample.SourceIndex));
        var read = new SFlowCounters();
        foreach (var record in sample)
        {
            Assert.True(read.TryRead(record));
        }

        Assert.Equal(3u, read.InterfaceIndex);
        Assert.Equal(counters, Enumerable.Range(0, 13).Select(i => (ulong)read[i]!.Value));
        Assert.Null(read[13]);

        Assert.True(reader.TryReadSample(out sample));
        records = sample.GetEnumerator();
        Assert.True(records.MoveNext() && records.Current.TryReadPacket(out header, out linkType, out length));
        Assert.Equal((LinkType.IPv6, 40, 40), (linkType, length, header.Length));
        Assert.False(reader.TryReadSample(out _));
        Assert.False(reader.IsMalformed);

        writer.TryAddPacket(s_packet, LinkType.Ethernet, 1500, 3, 10, 100);
        Assert.True(SFlowReader.TryOpen(writer.Finish(2000), out reader));
        Assert.Equal(2u, reader.Sequence);
        Assert.True(reader.TryReadSample(out sample));
        Assert.Equal(3u, sample.Sequence);
    }

    [Fact]
    public void Write_MoreThanFits_SaysSo()
    {
        var writer = new SFlowWriter(IPAddress.IPv6Loopback, 0);
        int count = 0;
        while (writer.TryAddPacket(new byte[1500], LinkType.Ethernet, 1500, 1, 1, 1))
        {
            count++;
        }

        var datagram = writer.Finish(0);
        Assert.InRange(datagram.Length, 1000, SFlowWriter.MaximumLength);
        Assert.True(SFlowReader.TryOpen(datagram, out var reader));
        while (reader.TryReadSample(out _))
        {
            count--;
        }

        Assert.Equal(0, count);
    }

    [Fact]
    public void Read_ExpandedSamplesAndCountersOfOpenVSwitch()
    {
        // As Open vSwitch sends them, but with sources in expanded form.
        byte[] datagram = new Bytes().U32(5, 2).U64(0x20010db800000000, 1).U32(0, 9, 1000, 3)
            .U32(3, 44 + 8 + 20).U32(5, 0, 70000, 64, 640, 2, 0, 1, 0, 2, 1).U32(1, 20, 1, 64, 4, 4).U8(1, 2, 3, 4)
            .U32(4, 16 + 8 + 24 + 8 + 40).U32(6, 0, 70000, 2).U32(2207, 24, 1, 2, 3, 4, 5, 6).U32(2203, 40, 0, 0).U64(7, 8).U32(9, 10, 11, 12)
            .U32((9 << 12) | 1, 4, 0)
            .ToArray();

        Assert.True(SFlowReader.TryOpen(datagram, out var reader));
        Assert.Equal("2001:db8::1", reader.Agent.ToString());
        Assert.True(reader.TryReadSample(out var sample));
        Assert.Equal((SFlowSampleKind.Flow, 5u, 70000u, 64u, 2u), (sample.Kind, sample.Sequence, sample.SourceIndex, sample.SamplingRate, sample.Drops));
        var records = sample.GetEnumerator();
        Assert.True(records.MoveNext());
        Assert.True(records.Current.TryReadPacket(out var header, out _, out int length));
        Assert.Equal((60, 4), (length, header.Length));

        Assert.True(reader.TryReadSample(out sample));
        var counters = new SFlowCounters();
        foreach (var record in sample)
        {
            Assert.True(counters.TryRead(record));
        }

        var values = Enumerable.Range(0, SFlowCounters.Names.Count).Where(i => counters[i] is not null).ToDictionary(static i => SFlowCounters.Names[i], i => counters[i]!.Value);
        Assert.Equal(12, values.Count);
        Assert.Equal((1L, 6L, 7L, 12L), (values["OvsDpNHit"], values["OvsDpNMasks"], values["OvsAppMemUsed"], values["OvsAppConnMax"]));

        Assert.True(reader.TryReadSample(out sample));
        Assert.Equal(SFlowSampleKind.Other, sample.Kind);
        Assert.False(reader.TryReadSample(out _));
        Assert.False(reader.IsMalformed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000005")]
    [InlineData("00000004000000010a00000100000000000000010000000000000000")]
    [InlineData("00000005000000030a00000100000000000000010000000000000000")]
    public void Read_NoSFlow_SaysSo(string hexadecimal) => Assert.False(SFlowReader.TryOpen(Convert.FromHexString(hexadecimal), out var reader) && !reader.Agent.Equals(IPAddress.None));

    [Fact]
    public void Read_CutShort_SaysSo()
    {
        var writer = new SFlowWriter(IPAddress.Loopback, 0);
        writer.TryAddPacket(s_packet, LinkType.Ethernet, 1500, 3, 10, 100);
        byte[] whole = writer.Finish(0).ToArray();
        for (int length = 28; length < whole.Length - 3; length++)
        {
            Assert.True(SFlowReader.TryOpen(whole.AsSpan(0, length), out var reader));
            Assert.False(reader.TryReadSample(out _));
            Assert.True(reader.IsMalformed);
        }
    }

    [Fact]
    public void Read_OfMutatedDatagrams_NeverThrows() => Fuzz(200_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Read_OfTenMillionMutatedDatagrams_NeverThrows() => Fuzz(10_000_000);

    private static void Fuzz(int count)
    {
        var writer = new SFlowWriter(IPAddress.Parse("2001:db8::1"), 7);
        writer.TryAddPacket(s_packet, LinkType.Ethernet, 1500, 3, 10, 100);
        writer.TryAddCounters(3, 10_000_000_000, true, new ulong[13]);
        writer.TryAddPacket([0x45, .. new byte[39]], LinkType.Raw, 40, 4, 10, 110);
        byte[] seed = writer.Finish(1000).ToArray();
        var random = new Random(13);
        var counters = new SFlowCounters();
        int packets = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] datagram = (byte[])seed.Clone();
            for (int n = random.Next(8); n > 0; n--)
            {
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            }

            if (!SFlowReader.TryOpen(datagram.AsSpan(0, random.Next(8) == 0 ? random.Next(datagram.Length + 1) : datagram.Length), out var reader))
            {
                continue;
            }

            while (reader.TryReadSample(out var sample))
            {
                foreach (var record in sample)
                {
                    packets += record.TryReadPacket(out var header, out _, out int length) && length >= header.Length ? 1 : 0;
                    counters.TryRead(record);
                }
            }
        }

        Assert.True(packets > count / 10);
    }
}
