using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Skydive.Contracts;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Queries;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>Packets that captures keep, asked for as pcap, now and when the capture has long ended.</summary>
public sealed class RawPacketJourneyTests
{
    private const int ManyPings = 30;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RawPackets_LiveAndOfThePast_AreAPcapThatTsharkReads(bool isRemote)
    {
        Needs.Root();
        Needs.Program("tshark");
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        var settings = new Dictionary<string, string> { ["SKYDIVE_FLOW_UPDATE"] = "1" };
        await using var analyzer = await TestService.StartAsync(isRemote ? "analyzer" : "allinone", data.Path, settings);
        settings["SKYDIVE_ANALYZERS"] = analyzer.Address.Authority;
        settings["SKYDIVE_HOST_ID"] = "remote4";
        await using var agent = isRemote ? await TestService.StartAsync("agent", data.Path, settings) : null;
        await Wait.UntilAsync(async () => (await analyzer.Client.NodesAsync(lab.OuterVeths)).Count == 2, TimeSpan.FromSeconds(10));
        string few = await StartAsync(analyzer, $"{lab.Prefix}1-eth0", 9);
        string all = await StartAsync(analyzer, $"{lab.Prefix}2-eth0", -1);

        lab.Ping(2);
        string flows = $"Flows().Has('CaptureID', '{few}')";
        await Wait.UntilAsync(async () => (await analyzer.Client.FlowsAsync($"G.{flows}")) is [{ RawPacketsCaptured: 4 }], TimeSpan.FromSeconds(5));
        Assert.Equal(["8,1", "0,1", "8,2", "0,2"], await ReadAsync(analyzer, $"G.{flows}.RawPackets()"));
        Assert.Equal(["0,1", "0,2"], await ReadAsync(analyzer, $"G.{flows}.RawPackets().BPF('icmp[icmptype] == 0')"));

        lab.Ping(ManyPings);
        string manyFlows = $"Flows().Has('CaptureID', '{all}').Has('Metric.ABPackets', {ManyPings})";
        await Wait.UntilAsync(async () => (await analyzer.Client.FlowsAsync($"G.{manyFlows}")) is [{ RawPacketsCaptured: 2 * ManyPings }], TimeSpan.FromSeconds(5));
        Assert.Equal(2 * ManyPings, (await ReadAsync(analyzer, $"G.{manyFlows}.RawPackets()")).Count);

        // The limit is for each flow: this one has more packets than are kept.
        Assert.Equal(9, (await ReadAsync(analyzer, $"G.{flows}.Has('Metric.ABPackets', {ManyPings}).RawPackets()")).Count);

        await analyzer.Client.DeleteCaptureAsync(few, CancellationToken.None);
        await analyzer.Client.DeleteCaptureAsync(all, CancellationToken.None);
        await Wait.UntilAsync(
            async () => (await analyzer.Client.FlowsAsync("G.Flows()")).Count == 0 && (await analyzer.Client.FlowsAsync($"G.Context(NOW, 600).{manyFlows}")).Count == 1,
            TimeSpan.FromSeconds(10));
        Assert.Equal(2 * ManyPings, (await ReadAsync(analyzer, $"G.Context(NOW, 600).{manyFlows}.RawPackets()")).Count);
        Assert.Equal(["8,1", "0,1", "8,2", "0,2"], await ReadAsync(analyzer, $"G.At(NOW).{flows}.Has('Metric.ABPackets', 2).RawPackets()"));
    }

    private static async Task<string> StartAsync(TestService analyzer, string node, int limit)
    {
        var capture = await analyzer.Client.CreateCaptureAsync(
            new Capture { GremlinQuery = $"G.V().Has('Name', '{node}')", BPFFilter = "icmp", RawPacketLimit = limit }, null, CancellationToken.None);
        await analyzer.Client.WaitForCaptureAsync(capture.UUID, 1);
        return capture.UUID;
    }

    /// <summary>ICMP type and sequence of each packet, as tshark reads them.</summary>
    private static async Task<IReadOnlyList<string>> ReadAsync(TestService analyzer, string query)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(analyzer.Address, "/api/topology"))
        {
            Content = JsonContent.Create(new TopologyQuery { GremlinQuery = query }, ContractsJsonContext.Default.TopologyQuery),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.tcpdump.pcap"));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("application/vnd.tcpdump.pcap", response.Content.Headers.ContentType!.MediaType);
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            return Shell.Run($"tshark -r {file} -T fields -E separator=, -e icmp.type -e icmp.seq 2>/dev/null").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
