using Skydive.Contracts.Metadata;
using Skydive.Storage.Encoding;
using Skydive.Storage.Metrics;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Metrics;

public sealed class MetricBlockTests
{
    public static TheoryData<long[]> Columns => new()
    {
        new long[] { 0 },
        new long[] { 7, 7, 7 },
        new long[] { 0, 0, 0, 1_000_000_000_000 },
        new long[] { long.MinValue, long.MaxValue, 0, -1 },
        new long[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 },
        new long[] { -5, 100, -5, 100, 1L << 60 },
        Enumerable.Range(0, 4096).Select(static i => (long)i * i).ToArray(),
        Enumerable.Range(0, 300).Select(static i => i % 37 == 0 ? 1L << (i % 64) : i % 3).ToArray(),
        Enumerable.Range(0, 100).Select(static i => (1L << 56) - 1 - i).ToArray(),
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public void Read_ColumnOfAnyNumbers_IsWhatWasWritten(long[] values)
    {
        foreach (int every in (int[])[0, 2, 5])
        {
            var samples = values.Select((value, i) => every != 0 && i % every == 1 ? MetadataMap.Create(("Other", 1)) : MetadataMap.Create(("Value", value))).ToArray();
            Assert.Equal(samples, RoundTrip(samples));
        }
    }

    [Fact]
    public void Read_RandomSamples_AreWhatWasWritten()
    {
        var random = new Random(5);
        for (int round = 0; round < 500; round++)
        {
            var samples = Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(3) == 0 ? RandomMetadata.Map(random, 0) : Counters(random)).ToArray();
            Assert.Equal(samples, RoundTrip(samples));
        }
    }

    [Fact]
    public void Read_MoreCountersThanABlockTakes_KeepsThemAll()
    {
        var builder = new MetadataBuilder();
        for (int i = 0; i < 2000; i++)
        {
            builder.Set($"counter{i:x4}", i);
        }

        MetadataMap[] samples = [builder.Build(), MetadataMap.Create(("Start", 1), ("Last", 2)), builder.Build()];
        Assert.Equal(samples, RoundTrip(samples));
    }

    [Fact]
    public void Write_SamplesOfAQuietInterface_TakeNearlyNothing()
    {
        var samples = Enumerable.Range(0, 120)
            .Select(static i => MetadataMap.Create(("Start", 1_700_000_000_000 + (i * 30_000)), ("Last", 1_700_000_030_000 + (i * 30_000)), ("RxPackets", 1), ("RxBytes", 42)))
            .ToArray();
        var writer = new ByteWriter();
        MetricBlock.Write(writer, samples);
        Assert.InRange(writer.Length, 1, 40);
    }

    [Fact]
    public void Read_DamagedBlocks_AreOneErrorOrSomeSamples()
    {
        var random = new Random(9);
        var writer = new ByteWriter();
        for (int round = 0; round < 20_000; round++)
        {
            writer.Clear();
            var samples = Enumerable.Range(0, random.Next(1, 30)).Select(_ => Counters(random)).ToArray();
            string[] names = MetricBlock.Write(writer, samples);
            byte[] data = writer.Written.ToArray();
            for (int i = random.Next(4); i >= 0; i--)
            {
                data[random.Next(data.Length)] = (byte)random.Next(256);
            }

            try
            {
                Assert.InRange(MetricBlock.Read(new(data.AsSpan(0, random.Next(4) == 0 ? random.Next(data.Length) : data.Length)), names).Length, 1, MetricBlock.MaximumSamples);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void ReadDirectory_DamagedChunks_AreOneErrorOrSomeSamples()
    {
        var random = new Random(10);
        byte[] whole = MetricChunkWriter.Write([.. Enumerable.Range(0, 50).Select(i => MakeMetrics.Interface(i % 20, i * 30_000, random))]);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] data = random.Next(4) == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            for (int i = random.Next(4); i >= 0 && data.Length > 0; i--)
            {
                data[random.Next(data.Length)] = (byte)random.Next(256);
            }

            try
            {
                var chunk = new MetricChunkReader(data);
                foreach (var entry in chunk.ReadDirectory())
                {
                    chunk.ReadSamples(entry);
                }
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private static MetadataMap Counters(Random random)
    {
        var builder = new MetadataBuilder();
        for (int i = random.Next(8); i >= 0; i--)
        {
            builder.Set($"Counter{random.Next(10)}", random.Next(3) == 0 ? 0 : random.NextInt64() >> random.Next(64));
        }

        if (random.Next(3) > 0)
        {
            long start = random.NextInt64();
            builder.Set("Start", start).Set("Last", start + random.Next(100_000));
        }

        return builder.Build();
    }

    private static MetadataMap[] RoundTrip(MetadataMap[] samples)
    {
        var writer = new ByteWriter();
        string[] names = MetricBlock.Write(writer, samples);
        return MetricBlock.Read(new(writer.Written), names);
    }
}
