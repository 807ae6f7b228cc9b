using System.Buffers.Binary;
using System.Net;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>Traces over REST.</summary>
public sealed class PcapTests : IAsyncLifetime
{
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
    public async Task Post_DamagedTrace_LeavesNothing()
    {
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(Trace(3)[..^10]));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("no trace"u8.ToArray()));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync([]));

        Assert.Empty(await _host.Store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));
    }

    /// <summary>A pcap file of UDP datagrams from 10.0.0.1:1000 to 10.0.0.2:2000.</summary>
    private static byte[] Trace(int packets)
    {
        byte[] frame = Convert.FromHexString(
            "020000000002" + "020000000001" + "0800" // Ethernet
            + "4500002000010000401166CA0A0000010A000002" // IPv4, 32 bytes, UDP
            + "03E807D0000C0000" + "01020304"); // ports 1000 and 2000, 12 bytes, no checksum
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
