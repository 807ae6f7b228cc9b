using System.Diagnostics;
using Skydive.Packets.Pcap;

namespace Skydive.Packets.Tests;

public sealed class PcapNgTests
{
    private const ulong Microseconds = 1_700_000_000_123_456;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryReadNext_OfEitherByteOrder_GivesThePackets(bool bigEndian)
    {
        var file = new NgFile(bigEndian).Section().Interface(113, 100).Other(0x0bad, 300_000).Packet(0, Microseconds, [1, 2, 3], 99).Packet(0, Microseconds + 5, [], 0);

        using var reader = new PcapReader(new MemoryStream(file.ToArray()));
        Assert.Equal(LinkType.LinuxSll, reader.LinkType);
        Assert.True(reader.TryReadNext(out var header, out var data));
        Assert.Equal([1, 2, 3], data.ToArray());
        Assert.Equal(new PcapPacketHeader((long)Microseconds * 1000, 99), header);
        Assert.True(reader.TryReadNext(out header, out data));
        Assert.Equal((0, 0, ((long)Microseconds + 5) * 1000), (data.Length, header.OriginalLength, header.TimestampNanoseconds));
        Assert.False(reader.TryReadNext(out _, out _));
        Assert.False(reader.TryReadNext(out _, out _));
    }

    [Theory]
    [InlineData(9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789)]
    [InlineData(3, 0, 1_700_000_000_123, 1_700_000_000_123_000_000)]
    [InlineData(0, 0, 1_700_000_000, 1_700_000_000_000_000_000)]
    [InlineData(12, 0, 1_700_000_123_456, 1_700_000_123)]
    [InlineData(0x80 | 10, 0, (5 * 1024) + 512, 5_500_000_000)]
    [InlineData(6, 100, 1_000_000, 101_000_000_000)]
    [InlineData(6, -2, 1_000_000, 0)]
    [InlineData(0, 0, long.MaxValue, long.MaxValue)]
    [InlineData(127, 0, long.MaxValue, 0)]
    [InlineData(255, 0, long.MaxValue, 0)]
    public void Timestamps_OfAnyResolution_AreNanoseconds(byte resolution, long offset, long units, long expected)
    {
        var file = new NgFile(false).Section().Interface(1, 0, resolution, offset).Packet(0, (ulong)units, [1], 1);

        using var reader = new PcapReader(new MemoryStream(file.ToArray()));
        Assert.True(reader.TryReadNext(out var header, out _));
        Assert.Equal(expected, header.TimestampNanoseconds);
    }

    [Fact]
    public void Sections_AndInterfaces_MayDiffer()
    {
        byte[] file =
        [
            .. new NgFile(false).Section().Interface(1, 0).Interface(101, 0).Packet(1, 1, [7], 1).Packet(0, 2, [8], 1).Simple([1, 2, 3, 4, 5], 5).ToArray(),
            .. new NgFile(true).Section().Interface(276, 2).Simple([1, 2], 9).Obsolete(0, 3, [9]).ToArray(),
        ];

        using var reader = new PcapReader(new MemoryStream(file));
        var seen = new List<string>();
        while (reader.TryReadNext(out var header, out var data))
        {
            seen.Add($"{reader.LinkType} {header.TimestampNanoseconds} {data.Length}/{header.OriginalLength}");
        }

        Assert.Equal(["Raw 1000 1/1", "Ethernet 2000 1/1", "Ethernet 0 5/5", "LinuxSll2 0 2/9", "LinuxSll2 3000 1/1"], seen);
    }

    [Fact]
    public void Damage_IsToldWithItsPlace()
    {
        Assert.Contains("interface", Error(new NgFile(false).Section()), StringComparison.Ordinal);
        Assert.Contains("before any interface", Error(new NgFile(false).Section().Packet(0, 1, [1], 1)), StringComparison.Ordinal);
        Assert.Contains("of interface 1", Error(new NgFile(false).Section().Interface(1, 0).Packet(1, 1, [1], 1)), StringComparison.Ordinal);
        Assert.Contains("within a block", Error(new NgFile(false).Section().Interface(1, 0).Packet(0, 1, [1, 2, 3, 4], 4), cut: 10), StringComparison.Ordinal);
        Assert.Contains("within a block header", Error(new NgFile(false).Section().Interface(1, 0).Raw([1, 2, 3])), StringComparison.Ordinal);
        Assert.Contains("block of 8 bytes", Error(new NgFile(false).Section().Interface(1, 0).Raw([1, 0, 0, 0, 8, 0, 0, 0])), StringComparison.Ordinal);
        Assert.Contains("captured length", Error(new NgFile(false).Section().Interface(1, 0).Packet(0, 1, [1], 1, claimed: 50)), StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_ThatThrowsInBetween_IsReadOn()
    {
        byte[] file = new NgFile(false).Section().Interface(1, 0).Packet(0, 1, new byte[100], 100).Other(77, 50).Packet(0, 2, new byte[7], 7).ToArray();
        var stream = new StutteringStream(file);
        PcapReader? reader = null;
        int packets = 0;
        stream.IsPatient = true;
        reader = new PcapReader(stream);
        stream.IsPatient = false;
        while (true)
        {
            try
            {
                if (!reader.TryReadNext(out var header, out var data))
                {
                    break;
                }

                packets++;
                Assert.Equal(header.OriginalLength, data.Length);
            }
            catch (TimeoutException)
            {
                // The next byte comes at the next try.
            }
        }

        Assert.Equal(2, packets);
    }

    [Fact]
    public void Files_OfEditcap_AreReadAsTheirPcapIs()
    {
        string program = "/usr/bin/editcap";
        if (!File.Exists(program))
        {
            Assert.Skip("needs editcap (package wireshark-common)");
        }

        string folder = Directory.CreateTempSubdirectory("skydive-pcapng-").FullName;
        try
        {
            var random = new Random(3);
            string pcap = Path.Combine(folder, "a.pcap");
            using (var writer = new PcapWriter(File.Create(pcap), LinkType.Ethernet, nanoseconds: true))
            {
                for (int i = 0; i < 1000; i++)
                {
                    byte[] packet = new byte[random.Next(20, 3000)];
                    random.NextBytes(packet);
                    writer.Write(1_700_000_000_000_000_001 + (i * 1000L), packet, packet.Length + (i % 3));
                }
            }

            using var process = Process.Start(program, ["-F", "pcapng", pcap, pcap + "ng"]);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            using var one = PcapReader.Open(pcap);
            using var other = PcapReader.Open(pcap + "ng");
            Assert.Equal(one.LinkType, other.LinkType);
            int count = 0;
            while (one.TryReadNext(out var header, out var data))
            {
                Assert.True(other.TryReadNext(out var otherHeader, out var otherData));
                Assert.Equal(header, otherHeader);
                Assert.True(data.SequenceEqual(otherData));
                count++;
            }

            Assert.Equal(1000, count);
            Assert.False(other.TryReadNext(out _, out _));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TryReadNext_OfMutatedFiles_EndsOrTellsTheDamage() => Fuzz(20_000);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void TryReadNext_OfTenMillionMutatedFiles_EndsOrTellsTheDamage() => Fuzz(10_000_000);

    private static void Fuzz(int count)
    {
        byte[] seed = new NgFile(false).Section().Interface(1, 0, 9, 5).Packet(0, 1, new byte[60], 60).Other(5, 20).Simple(new byte[5], 5).Obsolete(0, 3, new byte[9]).Section().Interface(101, 8).Packet(0, 4, [1], 1).ToArray();
        var random = new Random(17);
        int packets = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] file = (byte[])seed.Clone();
            for (int n = random.Next(6); n > 0; n--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            try
            {
                using var reader = new PcapReader(new MemoryStream(file, 0, random.Next(4) == 0 ? random.Next(file.Length) : file.Length));
                while (reader.TryReadNext(out var header, out var data))
                {
                    Assert.True(header.OriginalLength >= data.Length && header.TimestampNanoseconds >= 0);
                    packets++;
                }
            }
            catch (PcapFormatException)
            {
                // What most of them deserve.
            }
        }

        Assert.True(packets > count);
    }

    private static string Error(NgFile file, int cut = 0) => Assert.Throws<PcapFormatException>(() =>
    {
        using var reader = new PcapReader(new MemoryStream(file.ToArray()[..^cut]));
        while (reader.TryReadNext(out _, out _))
        {
        }
    }).Message;

    /// <summary>Gives one byte at a time and no byte every second time.</summary>
    private sealed class StutteringStream(byte[] content) : MemoryStream(content)
    {
        private bool _isReady;

        public bool IsPatient { get; set; }

        public override int Read(Span<byte> buffer)
        {
            _isReady = !_isReady;
            return _isReady || IsPatient ? base.Read(buffer[..1]) : throw new TimeoutException();
        }
    }

    /// <summary>A pcapng file that is put together block by block.</summary>
    private sealed class NgFile(bool bigEndian)
    {
        private readonly List<byte> _bytes = [];

        public byte[] ToArray() => [.. _bytes];

        public NgFile Raw(byte[] bytes)
        {
            _bytes.AddRange(bytes);
            return this;
        }

        public NgFile Section() => Block(0x0a0d0d0a, [.. U32(0x1a2b3c4d), .. U16(1), .. U16(0), .. U32(uint.MaxValue), .. U32(uint.MaxValue)]);

        public NgFile Interface(ushort linkType, uint snapLength, byte resolution = 6, long offset = 0) => Block(
            1, [.. U16(linkType), .. U16(0), .. U32(snapLength), .. U16(2), .. U16(3), 1, 2, 3, 0, .. U16(9), .. U16(1), resolution, 0, 0, 0, .. U16(14), .. U16(8), .. U64((ulong)offset), .. U32(0)]);

        public NgFile Packet(uint index, ulong time, byte[] data, uint length, uint? claimed = null) =>
            Block(6, [.. U32(index), .. U32((uint)(time >> 32)), .. U32((uint)time), .. U32(claimed ?? (uint)data.Length), .. U32(length), .. data, .. new byte[-data.Length & 3], .. U16(1), .. U16(2), 65, 66, 0, 0, .. U32(0)]);

        public NgFile Simple(byte[] data, uint length) => Block(3, [.. U32(length), .. data, .. new byte[-data.Length & 3]]);

        public NgFile Obsolete(ushort index, ulong time, byte[] data) =>
            Block(2, [.. U16(index), .. U16(5), .. U32((uint)(time >> 32)), .. U32((uint)time), .. U32((uint)data.Length), .. U32((uint)data.Length), .. data, .. new byte[-data.Length & 3]]);

        public NgFile Other(uint type, int length) => Block(type, new byte[(length + 3) & ~3]);

        private NgFile Block(uint type, byte[] content)
        {
            byte[] length = U32((uint)content.Length + 12);
            return Raw([.. U32(type), .. length, .. content, .. length]);
        }

        private byte[] U16(ushort value) => Order(BitConverter.GetBytes(value));

        private byte[] U32(uint value) => Order(BitConverter.GetBytes(value));

        private byte[] U64(ulong value) => Order(BitConverter.GetBytes(value));

        private byte[] Order(byte[] littleEndian)
        {
            if (bigEndian)
            {
                Array.Reverse(littleEndian);
            }

            return littleEndian;
        }
    }
}
