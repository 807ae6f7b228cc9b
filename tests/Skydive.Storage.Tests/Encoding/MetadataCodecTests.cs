using System.Diagnostics;
using Skydive.Contracts.Metadata;
using Skydive.Storage.Encoding;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Encoding;

public sealed class MetadataCodecTests
{
    private static readonly TextCache s_texts = new();

    [Fact]
    public void Encode_LiteralMap_HasTheDocumentedBytes()
    {
        var codec = new MetadataCodec(new FixedKeys(2));
        var map = MetadataMap.Create(("A", "UP"), ("B", 5), ("C", -300), ("D", MetadataValue.List(true, default(MetadataValue), 1.5)), ("E", MetadataMap.Create(("A", false))));
        Assert.Equal(
            "05" + "01425550" + "0285" + "00014303D704" + "000144060302000400" + "0000000000F83F" + "000145070101" + "01",
            Convert.ToHexString(codec.Encode(map)));
    }

    [Fact]
    public void EncodeChanges_LiteralChanges_HasTheDocumentedBytes()
    {
        var codec = new MetadataCodec(new FixedKeys(9));
        var before = MetadataMap.Create(("A", 1), ("B", "x"), ("C", MetadataMap.Create(("D", 1), ("E", 2))));
        codec.Encode(before);
        var after = before.With("A", "UP").Without("B").With("C.E", 3);
        byte[] changes = codec.EncodeChanges(before, after);
        Assert.Equal("03" + "01425550" + "0208" + "03090105" + "83", Convert.ToHexString(changes));
        Assert.Equal(after, codec.Apply(before, changes, s_texts));
    }

    [Fact]
    public void Decode_WhatWasEncoded_IsEqual()
    {
        var random = new Random(5);
        foreach (int capacity in (int[])[0, 5, 1000])
        {
            var codec = new MetadataCodec(new FixedKeys(capacity));
            var before = MetadataMap.Empty;
            for (int i = 0; i < 1000; i++)
            {
                var map = RandomMetadata.Map(random, 0);
                Assert.Equal(map, codec.Decode(codec.Encode(map), s_texts));
                Assert.Equal(map, codec.Apply(before, codec.EncodeChanges(before, map), s_texts));
                var changed = RandomMetadata.Change(random, map);
                Assert.Equal(changed, codec.Apply(map, codec.EncodeChanges(map, changed), s_texts));
                before = map;
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Decode_Integers_AreExact(long number)
    {
        var codec = new MetadataCodec(new FixedKeys(1));
        Assert.True(codec.Decode(codec.Encode(MetadataMap.Create(("A", number))), s_texts)["A"].TryGetInteger(out long read));
        Assert.Equal(number, read);
    }

    [Fact]
    public void EncodeChanges_EqualMaps_IsNothing()
    {
        var codec = new MetadataCodec(new FixedKeys(1));
        Assert.Empty(codec.EncodeChanges(MetadataMap.Create(("A", 1)), MetadataMap.Create(("A", 1))));
        Assert.Equal(MetadataMap.Create(("A", 1)), codec.Apply(MetadataMap.Create(("A", 1)), [], s_texts));
    }

    [Fact]
    public void Encode_DeeperThanTheLimit_IsCutThere()
    {
        MetadataValue inner = 1;
        for (int i = 0; i < 100_000; i++)
        {
            inner = MetadataValue.List(inner);
        }

        var codec = new MetadataCodec(new FixedKeys(1));
        var value = codec.Decode(codec.Encode(MetadataMap.Create(("A", inner))), s_texts)["A"];
        int depth = 0;
        for (; value.Kind == MetadataKind.List; value = value.Elements[0])
        {
            depth++;
        }

        Assert.Equal(MetadataCodec.MaximumDepth - 1, depth);
        Assert.True(value.IsNull);
    }

    [Fact]
    public void EncodeChanges_ThousandsOfKeys_TakesLinearTime()
    {
        var codec = new MetadataCodec(new FixedKeys(0));
        MetadataMap Labels(string prefix)
        {
            var builder = new MetadataBuilder();
            for (int i = 0; i < 50_000; i++)
            {
                builder.Set($"{prefix}{i}", i);
            }

            return builder.Build();
        }

        var before = Labels("a");
        var after = Labels("b");
        var watch = Stopwatch.StartNew();
        Assert.Equal(after, codec.Apply(before, codec.EncodeChanges(before, after), s_texts));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0101")]
    [InlineData("010103")]
    [InlineData("01010A")]
    [InlineData("010142AA")]
    [InlineData("0101060581")]
    [InlineData("010109")]
    [InlineData("010108")]
    [InlineData("010081")]
    [InlineData("01000341")]
    [InlineData("0100012E81")]
    [InlineData("010781")]
    [InlineData("0000")]
    [InlineData("FFFFFFFFFFFFFFFFFF01")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01")]
    [InlineData("010103FFFFFFFFFFFFFFFFFF7F")]
    public void Decode_DamagedBytes_IsInvalidData(string hex)
    {
        var keys = new FixedKeys(1);
        keys.GetOrAdd("A");
        Assert.Throws<InvalidDataException>(() => new MetadataCodec(keys).Decode(Convert.FromHexString(hex), s_texts));
    }

    [Fact]
    public void Decode_NestedBeyondTheLimit_IsInvalidData()
    {
        var keys = new FixedKeys(1);
        keys.GetOrAdd("A");
        byte[] lists = [1, 1, .. Enumerable.Repeat((byte[])[6, 1], 100_000).SelectMany(static bytes => bytes), 0];
        byte[] maps = [1, 1, .. Enumerable.Repeat((byte[])[7, 1, 1], 100_000).SelectMany(static bytes => bytes), 0];
        byte[] changes = [1, .. Enumerable.Repeat((byte[])[1, 9, 1], 100_000).SelectMany(static bytes => bytes), 0];
        var codec = new MetadataCodec(keys);
        Assert.Throws<InvalidDataException>(() => codec.Decode(lists, s_texts));
        Assert.Throws<InvalidDataException>(() => codec.Decode(maps, s_texts));
        Assert.Throws<InvalidDataException>(() => codec.Apply(MetadataMap.Empty, changes, s_texts));
    }

    [Fact]
    public void Decode_RandomMutations_NeverFailOtherwise()
    {
        var random = new Random(20260801);
        var codec = new MetadataCodec(new FixedKeys(20));
        int valid = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            var map = seed % 2 == 0 ? Make.Interface(seed, 1).Metadata : RandomMetadata.Map(random, 0);
            var before = RandomMetadata.Map(random, 0);
            byte[] whole = codec.Encode(map);
            byte[] changes = codec.EncodeChanges(before, map);
            for (int i = 0; i < 1000; i++)
            {
                valid += Survives(() => codec.Decode(Mutate(random, whole), s_texts)) ? 1 : 0;
                valid += Survives(() => codec.Apply(before, Mutate(random, changes), s_texts)) ? 1 : 0;
            }
        }

        Assert.InRange(valid, 1000, 199_000);
    }

    private static bool Survives(Func<MetadataMap> read)
    {
        try
        {
            _ = read().Count;
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static byte[] Mutate(Random random, byte[] data)
    {
        byte[] copy = (byte[])data.Clone();
        for (int count = random.Next(1, 4); count > 0 && copy.Length > 0; count--)
        {
            int index = random.Next(copy.Length);
            switch (random.Next(5))
            {
                case 0:
                    copy[index] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    copy[index] = (byte)random.Next(256);
                    break;
                case 2:
                    copy = copy[..index];
                    break;
                case 3:
                    copy = [.. copy[..index], (byte)random.Next(256), .. copy[index..]];
                    break;
                default:
                    copy = [.. copy[..index], 0xFF, 0xFF, 0xFF, 0xFF, 0x07, .. copy[index..]];
                    break;
            }
        }

        return copy;
    }
}
