using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>Traces over REST.</summary>
public sealed class PcapTests : IAsyncLifetime
{
    private const string Frame =
        "020000000002" + "020000000001" + "0800" // Ethernet
        + "4500002000010000401166CA0A0000010A000002" // IPv4, 32 bytes, UDP
        + "03E807D0000C0000" + "01020304"; // ports 1000 and 2000, 12 bytes, no checksum

    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Post_Trace_ItsFlowsAreInTheStore()
    {
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(Trace(3)));

        var flow = Assert.Single(await _host.Store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));
        Assert.Equal(("UDP", 3L), (flow.Application, flow.Metric!.ABPackets));
    }

    [Fact]
    public async Task Post_NoTrace_LeavesNothing()
    {
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("no trace"u8.ToArray()));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync([]));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync([0x1f, 0x8b, 1, 2, 3]));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(Compress("no trace either"u8.ToArray())));

        Assert.Empty(await _host.Store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Post_TraceThatEndsTooSoon_GivesWhatItHoldsAndOneError(bool isNg, bool isCompressed)
    {
        byte[] trace = (isNg ? NextGeneration() : Trace(3))[..^10];
        using var content = new ByteArrayContent(isCompressed ? Compress(trace) : trace);
        using var response = await _host.Http.PostAsync(new Uri("/api/pcap", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        string error = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("ends within", error, StringComparison.Ordinal);
        Assert.Contains("are kept", error, StringComparison.Ordinal);
        var flow = Assert.Single(await _host.Store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));
        Assert.Equal(2, flow.Metric!.ABPackets);
    }

    [Fact]
    public async Task Post_CompressedTraceThatIsCut_GivesWhatCanBeRead()
    {
        byte[] whole = Compress(Trace(20_000));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(whole[..(whole.Length / 2)]));

        Assert.InRange(Assert.Single(await _host.Store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken)).Metric!.ABPackets, 1000, 19_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_NextGenerationOfSectionsAndInterfaces_EachPacketHasItsTime(bool isCompressed)
    {
        byte[] trace = NextGeneration();
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(isCompressed ? Compress(trace) : trace));

        // One interface counts microseconds, one nanoseconds with an offset, one of another section and byte order parts of 2^-10 s.
        var flow = Assert.Single(await _host.Store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));
        Assert.Equal(("UDP", 3L), (flow.Application, flow.Metric!.ABPackets));
        Assert.Equal((1_700_000_000_500, 1_700_000_002_250), (flow.Start, flow.Last));
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return target.ToArray();
    }

    /// <summary>Three packets of the same flow, at 1,700,000,000.5 s, a second later, and 0.75 s after that.</summary>
    private static byte[] NextGeneration()
    {
        byte[] frame = Convert.FromHexString(Frame);
        using var file = new MemoryStream();
        Block(file, false, 0x0a0d0d0a, W(false, 0x1a2b3c4d), H(false, 1, 0), W(false, 0xffffffff, 0xffffffff));
        Block(file, false, 1, H(false, 1, 0), W(false, 0));
        Block(file, false, 1, H(false, 1, 0), W(false, 0), H(false, 9, 1), [9, 0, 0, 0], H(false, 14, 8), W(false, 1_600_000_000, 0), H(false, 0, 0));
        Packet(false, 0, 1_700_000_000_500_000);
        Packet(false, 1, 100_000_001_500_000_000);
        Block(file, true, 0x0a0d0d0a, W(true, 0x1a2b3c4d), H(true, 1, 0), W(true, 0xffffffff, 0xffffffff));
        Block(file, true, 1, H(true, 1, 0), W(true, 0), H(true, 9, 1), [0x8a, 0, 0, 0], H(true, 0, 0));
        Packet(true, 0, (1_700_000_002UL << 10) + 256);
        return file.ToArray();

        void Packet(bool isBig, uint index, ulong time) => Block(
            file, isBig, 6, W(isBig, index, (uint)(time >> 32), (uint)time, (uint)frame.Length, (uint)frame.Length), frame, new byte[-frame.Length & 3]);
    }

    private static byte[] W(bool isBig, params uint[] words)
    {
        byte[] bytes = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), isBig ? BinaryPrimitives.ReverseEndianness(words[i]) : words[i]);
        }

        return bytes;
    }

    private static byte[] H(bool isBig, params ushort[] words)
    {
        byte[] bytes = new byte[2 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), isBig ? BinaryPrimitives.ReverseEndianness(words[i]) : words[i]);
        }

        return bytes;
    }

    private static void Block(Stream file, bool isBig, uint type, params byte[][] parts)
    {
        uint length = (uint)(12 + parts.Sum(static part => part.Length));
        file.Write(W(isBig, type, length));
        foreach (byte[] part in parts)
        {
            file.Write(part);
        }

        file.Write(W(isBig, length));
    }

    /// <summary>A pcap file of UDP datagrams from 10.0.0.1:1000 to 10.0.0.2:2000.</summary>
    private static byte[] Trace(int packets)
    {
        byte[] frame = Convert.FromHexString(Frame);
        using var file = new MemoryStream();
        Write(file, 0xA1B2C3D4, 0x00040002, 0, 0, 65535, 1);
        for (uint i = 0; i < packets; i++)
        {
            Write(file, 1_700_000_000 + i, 0, (uint)frame.Length, (uint)frame.Length);
            file.Write(frame);
        }

        return file.ToArray();
    }

    private static void Write(Stream file, params uint[] words)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint word in words)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, word);
            file.Write(bytes);
        }
    }

    private async Task<HttpStatusCode> PostAsync(byte[] trace)
    {
        using var content = new ByteArrayContent(trace);
        using var response = await _host.Http.PostAsync(new Uri("/api/pcap", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
