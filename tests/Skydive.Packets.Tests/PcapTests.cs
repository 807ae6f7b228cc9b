using System.Buffers.Binary;
using Skydive.Packets.Pcap;

namespace Skydive.Packets.Tests;

public sealed class PcapTests
{
    private const long Time = 1_700_000_000_123_456_789;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void TryReadNext_OfEitherByteOrderAndResolution_GivesThePackets(bool bigEndian, bool nanoseconds)
    {
        byte[] file = [.. FileHeader(bigEndian, nanoseconds, 113), .. Packet(bigEndian, nanoseconds, Time, [1, 2, 3], 99), .. Packet(bigEndian, nanoseconds, Time + 1_000_000, [], 0)];
        using var reader = new PcapReader(new MemoryStream(file));
        Assert.Equal(LinkType.LinuxSll, reader.LinkType);
        Assert.Equal(24, reader.Offset);
        Assert.True(reader.TryReadNext(out PcapPacketHeader header, out ReadOnlySpan<byte> data));
        Assert.Equal([1, 2, 3], data.ToArray());
        Assert.Equal(new PcapPacketHeader(nanoseconds ? Time : Time / 1000 * 1000, 99), header);
        Assert.Equal(24 + 16 + 3, reader.Offset);
        Assert.True(reader.TryReadNext(out header, out data));
        Assert.Equal((0, 0), (data.Length, header.OriginalLength));
        Assert.False(reader.TryReadNext(out _, out _));
        Assert.False(reader.TryReadNext(out _, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_ThenRead_GivesTheSame(bool nanoseconds)
    {
        var random = new Random(1);
        var stream = new MemoryStream();
        var packets = new List<byte[]>();
        using (var writer = new PcapWriter(stream, LinkType.Raw, nanoseconds, leaveOpen: true))
        {
            for (int i = 0; i < 500; i++)
            {
                byte[] packet = new byte[i == 250 ? 262144 : random.Next(5000)];
                random.NextBytes(packet);
                packets.Add(packet);
                writer.Write(Time + (i * 1000L), packet, i % 2 == 0 ? 0 : packet.Length + 5);
            }
        }

        // A stream that gives little at a time, and never what was asked for.
        stream.Position = 0;
        using var reader = new PcapReader(new DribblingStream(stream));
        Assert.Equal(LinkType.Raw, reader.LinkType);
        for (int i = 0; i < packets.Count; i++)
        {
            Assert.True(reader.TryReadNext(out PcapPacketHeader header, out ReadOnlySpan<byte> data));
            Assert.True(data.SequenceEqual(packets[i]));
            Assert.Equal(nanoseconds ? Time + (i * 1000L) : (Time + (i * 1000L)) / 1000 * 1000, header.TimestampNanoseconds);
            Assert.Equal(packets[i].Length + (i % 2 == 0 ? 0 : 5), header.OriginalLength);
        }

        Assert.False(reader.TryReadNext(out _, out _));
    }

    [Fact]
    public void Open_OfAFile_ReadsIt()
    {
        string path = Path.Combine(Path.GetTempPath(), $"skydive-packets-test-{Guid.NewGuid():N}.pcap");
        try
        {
            using (var writer = new PcapWriter(File.Create(path)))
            {
                writer.Write(Time, [9]);
            }

            using (var reader = PcapReader.Open(path))
            {
                Assert.True(reader.TryReadNext(out _, out ReadOnlySpan<byte> data));
                Assert.Equal([9], data.ToArray());
            }

            File.WriteAllBytes(path, [1]);
            Assert.Throws<PcapFormatException>(() => PcapReader.Open(path));
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Throws<FileNotFoundException>(() => PcapReader.Open(path));
    }

    [Fact]
    public void Constructor_OfNoPcapFile_SaysSo()
    {
        Assert.Equal(0, Error([]).Offset);
        Assert.Equal(0, Error(new byte[23]).Offset);
        Assert.Equal(0, Error(new byte[100]).Offset);
        Assert.Contains("pcapng", Error([0x0a, 0x0d, 0x0d, 0x0a, .. new byte[30]]).Message, StringComparison.Ordinal);
        byte[] header = FileHeader(false, false, 1);
        header[4] = 3;
        Assert.Equal(4, Error(header).Offset);

        static PcapFormatException Error(byte[] file) => Assert.Throws<PcapFormatException>(() => new PcapReader(new MemoryStream(file)));
    }

    [Fact]
    public void TryReadNext_OfABrokenPacket_SaysWhere()
    {
        byte[] good = [.. FileHeader(false, false, 1), .. Packet(false, false, Time, [1, 2, 3], 3)];
        Assert.Equal(good.Length, Error([.. good, 1, 2]).Offset);
        Assert.Equal(good.Length, Error([.. good, .. Packet(false, false, Time, new byte[10], 10)[..20]]).Offset);
        byte[] longer = Packet(false, false, Time, [], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(longer.AsSpan(8), 262145);
        Assert.Equal(good.Length + 8, Error([.. good, .. longer]).Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(longer.AsSpan(8), uint.MaxValue);
        Assert.Equal(good.Length + 8, Error([.. good, .. longer]).Offset);
        byte[] huge = Packet(false, false, Time, [], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(huge.AsSpan(12), 0x80000000);
        Assert.Equal(good.Length + 12, Error([.. good, .. huge]).Offset);

        static PcapFormatException Error(byte[] file)
        {
            using var reader = new PcapReader(new MemoryStream(file));
            Assert.True(reader.TryReadNext(out _, out _));
            return Assert.Throws<PcapFormatException>(() => reader.TryReadNext(out _, out _));
        }
    }

    [Fact]
    public void TryReadNext_OfMutatedFiles_GivesPacketsOrOneError()
    {
        byte[] seed =
        [
            .. FileHeader(false, true, 1), .. Packet(false, true, Time, new byte[60], 60), .. Packet(false, true, Time, new byte[5], 1500),
            .. Packet(false, true, Time, [], 0), .. Packet(false, true, Time, new byte[100], 100),
        ];
        var random = new Random(5);
        int broken = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] file = (byte[])seed.Clone();
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            try
            {
                using var reader = new PcapReader(new MemoryStream(file, 0, random.Next(file.Length + 1)));
                long offset = reader.Offset;
                while (reader.TryReadNext(out PcapPacketHeader header, out ReadOnlySpan<byte> data))
                {
                    Assert.Equal(offset + 16 + data.Length, reader.Offset);
                    Assert.InRange(header.OriginalLength, data.Length, int.MaxValue);
                    Assert.InRange(header.TimestampNanoseconds, 0, long.MaxValue);
                    offset = reader.Offset;
                }
            }
            catch (PcapFormatException e)
            {
                Assert.InRange(e.Offset, 0, file.Length);
                broken++;
            }
        }

        Assert.InRange(broken, 1000, 19_999);
    }

    [Fact]
    public void Write_OfWhatCannotBeWritten_Throws()
    {
        using var writer = new PcapWriter(new MemoryStream());
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(-1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(long.MaxValue, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(0, new byte[262145]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(0, [], -1));
    }

    private static byte[] FileHeader(bool bigEndian, bool nanoseconds, ushort linkType)
    {
        byte[] header = new byte[24];
        Write32(header, 0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, bigEndian);
        Write32(header, 4, bigEndian ? 0x00020004u : 0x00040002u, bigEndian);
        Write32(header, 16, 65535, bigEndian);
        Write32(header, 20, linkType, bigEndian);
        return header;
    }

    private static byte[] Packet(bool bigEndian, bool nanoseconds, long time, byte[] data, uint originalLength)
    {
        byte[] packet = [.. new byte[16], .. data];
        Write32(packet, 0, (uint)(time / 1_000_000_000), bigEndian);
        Write32(packet, 4, (uint)(time % 1_000_000_000 / (nanoseconds ? 1 : 1000)), bigEndian);
        Write32(packet, 8, (uint)data.Length, bigEndian);
        Write32(packet, 12, originalLength, bigEndian);
        return packet;
    }

    private static void Write32(byte[] bytes, int offset, uint value, bool bigEndian)
    {
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), value);
        }
    }

    private sealed class DribblingStream(Stream stream) : Stream
    {
        private readonly Random _random = new(2);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => stream.Read(buffer[..Math.Min(buffer.Length, _random.Next(1, 3000))]);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
