using System.Diagnostics;
using System.Globalization;
using Skydive.Agent.PingMeshes;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Topology;
using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;

namespace Skydive.Agent.Tests.PingMeshes;

/// <summary>Pairs between the two ends of a wire, each in a namespace of its own, answered by their kernels.</summary>
public sealed class PingMeshDirectoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PingTypes.IcmpV4)]
    [InlineData(PingTypes.IcmpV6)]
    public async Task Set_BothDirections_AreMeasured(string type)
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);

        await meshes.SetAsync(new() { Mesh = Mesh(type) with { Count = 20 }, Probes = [Inwards(lab, type), Outwards(lab, type)] }, Token);

        await Tools.WaitAsync(() => Report(meshes).IsCompleted);
        foreach (var pair in Report(meshes).Pairs)
        {
            Assert.Equal((PingPairStates.Up, 20L, 20L, 0L, 0L), (pair.State, pair.Statistics.Sent, pair.Statistics.Received, pair.Statistics.Lost, pair.Statistics.Duplicates));
            var statistics = pair.Statistics;
            Assert.InRange(statistics.RTTMin, 1_000, 1_000_000_000);
            Assert.InRange(statistics.RTTAvg, statistics.RTTMin, statistics.RTTMax);
            Assert.InRange(statistics.RTTLast, statistics.RTTMin, statistics.RTTMax);
            Assert.InRange(statistics.RTTP50, (long)(statistics.RTTMin * 0.93), statistics.RTTP99);
            Assert.InRange(statistics.RTTP99, 1, (long)(statistics.RTTMax * 1.07));
            Assert.InRange(statistics.Jitter, 0, statistics.RTTMax);
            Assert.True(pair.LastChange > 0);
            Assert.Null(pair.Error);
        }
    }

    [Fact]
    public async Task Set_OnTheWire_IsAnEchoRequestAsAsked()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        Assert.True(lab.Outer.Metadata["IfIndex"].TryGetInteger(out long index));
        using var host = lab.Network.OpenHost();

        // IPv4, ICMP, echo requests.
        using var wire = PacketListener.Open((int)index, new BpfProgram([new(0x28, 0, 0, 12), new(0x15, 0, 5, 0x0800), new(0x30, 0, 0, 23), new(0x15, 0, 3, 1), new(0x30, 0, 0, 34), new(0x15, 0, 1, 8), new(0x06, 0, 0, 65535), new(0x06, 0, 0, 0)]), [], host);

        await meshes.SetAsync(new() { Mesh = Mesh() with { Count = 3, PayloadSize = 100, TTL = 9 }, Probes = [Inwards(lab)] }, Token);

        var frames = new List<byte[]>();
        byte[] buffer = new byte[2048];
        await Tools.WaitAsync(() =>
        {
            while (wire.TryReceive(buffer, out int length) == PacketReceiveStatus.Frame)
            {
                frames.Add(buffer[..length]);
            }

            return frames.Count >= 3;
        });
        for (int i = 0; i < 3; i++)
        {
            byte[] frame = frames[i];
            Assert.True(Checksums.AreRight(frame));
            Assert.Equal((14 + 20 + 8 + 100, 9, i + 1), (frame.Length, frame[22], (frame[40] << 8) | frame[41]));
            Assert.Equal((frames[0][38], frames[0][39]), (frame[38], frame[39]));
        }
    }

    [Fact]
    public async Task RoundTrip_OfADelayedReply_IsThatOfTheKernel()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        await meshes.SetAsync(new() { Mesh = Mesh() with { Count = 50, Interval = 10 }, Probes = [Inwards(lab)] }, Token);
        await Tools.WaitAsync(() => Report(meshes).IsCompleted);

        // The other program that measures the same: ours must not be the slower one by more than noise.
        string output = Tools.TryRun("ip", $"netns exec {Path.GetFileName(lab.Network.RealPath("ns1"))} ping -q -c 50 -i 0.01 10.77.0.2").Output;
        double ping = double.Parse(output[(output.IndexOf("= ", StringComparison.Ordinal) + 2)..].Split('/')[1], CultureInfo.InvariantCulture) * 1_000_000;
        Assert.InRange(Assert.Single(Report(meshes).Pairs).Statistics.RTTP50, 1_000, (ping * 5) + 500_000);
    }

    [Fact]
    public async Task Reply_DoesNotCome_IsLostAndFoundAgain()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        await meshes.SetAsync(new() { Mesh = Mesh() with { Interval = 20, Timeout = 100 }, Probes = [Inwards(lab)] }, Token);
        await UntilAsync(meshes, static pair => pair.State == PingPairStates.Up);
        long upSince = Report(meshes).Pairs[0].LastChange;

        lab.Network.Execute("host", "sysctl -qw net.ipv4.icmp_echo_ignore_all=1");
        await UntilAsync(meshes, static pair => pair.State == PingPairStates.Down && pair.Statistics.Lost >= 5);
        Assert.True(Report(meshes).Pairs[0].LastChange > upSince);
        lab.Network.Execute("host", "sysctl -qw net.ipv4.icmp_echo_ignore_all=0");
        await UntilAsync(meshes, static pair => pair.State == PingPairStates.Up);

        var statistics = Report(meshes).Pairs[0].Statistics;
        Assert.InRange(statistics.LossRatio, 0.0001, 0.9999);
        Assert.InRange(statistics.Sent - statistics.Received - statistics.Lost, 0, 7);
    }

    [Fact]
    public async Task Interface_IsDown_RequestsAreLostAndTheErrorSaysWhy()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        await meshes.SetAsync(new() { Mesh = Mesh() with { Interval = 20 }, Probes = [Inwards(lab)] }, Token);
        await UntilAsync(meshes, static pair => pair.State == PingPairStates.Up);

        lab.Network.Ip("ns1", "link set eth0 down");

        await UntilAsync(meshes, static pair => pair is { State: PingPairStates.Down, Error: "the interface is down", Statistics.Lost: > 2 });
    }

    [Fact]
    public async Task Set_Again_PairsInBothGoOnCounting()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        var mesh = Mesh() with { Interval = 10 };
        await meshes.SetAsync(new() { Mesh = mesh, Probes = [Inwards(lab), Outwards(lab)] }, Token);
        await UntilAsync(meshes, static pair => pair.Statistics.Received > 5);
        long before = Report(meshes).Pairs.Single(static pair => pair.ID == "in").Statistics.Sent;

        await meshes.SetAsync(new() { Mesh = mesh, Probes = [Inwards(lab)] }, Token);

        var left = Assert.Single(Report(meshes).Pairs);
        Assert.Equal("in", left.ID);
        Assert.True(left.Statistics.Sent >= before);
        Assert.False(lab.Outer.Metadata.ContainsKey("PingMeshes"));
        Assert.True(lab.Inner.Metadata.ContainsKey("PingMeshes"));
    }

    [Fact]
    public async Task Samples_AreGivenUntilAcknowledged()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        await meshes.SetAsync(new() { Mesh = Mesh() with { Interval = 10, SamplePeriod = 100 }, Probes = [Inwards(lab)] }, Token);
        await Tools.WaitAsync(() => Report(meshes).Samples.Count >= 3);

        var first = Report(meshes);
        var samples = first.Samples;
        Assert.All(samples, static sample => Assert.Equal("in", sample.PairID));
        for (int i = 1; i < samples.Count; i++)
        {
            Assert.Equal(samples[i - 1].Last, samples[i].Start);
        }

        Assert.InRange(samples.Sum(static sample => sample.Statistics.Sent), 1, first.Pairs[0].Statistics.Sent);
        var second = meshes.Report(new() { UUID = "m1", After = first.Sequence });
        Assert.True(second.Samples.Count < samples.Count);
        Assert.All(second.Samples, sample => Assert.True(sample.Start >= samples[^1].Last));
    }

    [Fact]
    public async Task Nodes_ShowTheirMeshesAndCount()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = new PingMeshDirectory(lab.Probes.Graph, lab.Probes.Netlink.FindLink, TimeSpan.FromMilliseconds(500));
        meshes.Start();
        await meshes.SetAsync(new() { Mesh = Mesh() with { Interval = 20 }, Probes = [Inwards(lab)] }, Token);

        await lab.Probes.UntilAsync(_ => lab.Inner.Metadata["PingMeshes"].Elements is { Length: 1 } list && list[0].AsMap is { } entry && entry["Up"].Equals(1) && entry["Pairs"].Equals(1));
        await lab.Probes.UntilAsync(_ => lab.Inner.Metadata["Ping"].AsMap?["LastUpdateMetric"].AsMap is { } sample && sample["Received"].TryGetInteger(out long received) && received > 0);

        await meshes.StopAsync("m1", Token);
        Assert.False(lab.Inner.Metadata.ContainsKey("PingMeshes"));
        Assert.False(lab.Inner.Metadata.ContainsKey("Ping"));
    }

    [Fact]
    public async Task Set_HundredsOfPairs_OneSocketOneThreadAndNothingIsLeft()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        await lab.Probes.UntilAsync(static graph => graph.FindLink("v1") is not null);
        int descriptors = Tools.KernelDescriptorCount;
        int threads = Tools.ThreadCount;
        PingProbe[] probes = [.. Enumerable.Range(0, 400).Select(i => Inwards(lab) with { ID = $"p{i}" })];

        await meshes.SetAsync(new() { Mesh = Mesh() with { Interval = 200 }, Probes = probes }, Token);

        await Tools.WaitAsync(() => Report(meshes).Pairs.All(static pair => pair.Statistics.Received > 2));
        Assert.All(Report(meshes).Pairs, static pair => Assert.Equal(0, pair.Statistics.Lost));

        // The socket, and what its thread waits with.
        Assert.InRange(Tools.KernelDescriptorCount, 1, descriptors + 3);
        Assert.InRange(Tools.ThreadCount, 0, threads + 20);
        long began = Stopwatch.GetTimestamp();
        await meshes.StopAsync("m1", Token);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await Tools.WaitForDescriptorsAsync(descriptors);
        Assert.False(lab.Inner.Metadata.ContainsKey("PingMeshes"));
    }

    [Fact]
    public async Task Interface_Goes_ItsNamespaceIsLetGo()
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        int descriptors = Tools.KernelDescriptorCount;
        await meshes.SetAsync(new() { Mesh = Mesh() with { Interval = 50 }, Probes = [Inwards(lab)] }, Token);

        lab.Network.Ip("host", "link del v1");

        await UntilAsync(meshes, static pair => pair is { State: PingPairStates.Failed, Error: "the interface is gone" });
        await Tools.WaitForDescriptorsAsync(descriptors);
    }

    [Theory]
    [InlineData("10.77.0.2", "x", 1000)]
    [InlineData("fd77::2", "02:00:00:00:01:01", 1000)]
    [InlineData("10.77.0.2", "02:00:00:00:01:01", 0)]
    public async Task Set_MakesNoSense_IsRefused(string address, string mac, long interval)
    {
        await using var lab = await CaptureLab.StartAsync();
        await using var meshes = Start(lab);
        var e = await Assert.ThrowsAsync<AgentRequestException>(
            () => meshes.SetAsync(new() { Mesh = Mesh() with { Interval = interval }, Probes = [Inwards(lab) with { DstIP = address, DstMAC = mac }] }, Token));
        Assert.Equal(400, e.Status);
    }

    private static PingMeshDirectory Start(CaptureLab lab)
    {
        var meshes = new PingMeshDirectory(lab.Probes.Graph, lab.Probes.Netlink.FindLink, TimeSpan.FromSeconds(30));
        meshes.Start();
        return meshes;
    }

    private static PingMesh Mesh(string type = PingTypes.IcmpV4) => new()
    {
        UUID = "m1", Src = "G.V()", Type = type, Interval = 20, Timeout = 1000, SamplePeriod = 10_000, PayloadSize = 56, TTL = 64,
    };

    private static PingProbe Inwards(CaptureLab lab, string type = PingTypes.IcmpV4) => new()
    {
        ID = "in", NodeID = lab.Inner.Id, SrcIP = type == PingTypes.IcmpV4 ? "10.77.0.1" : "fd77::1", DstIP = type == PingTypes.IcmpV4 ? "10.77.0.2" : "fd77::2", DstMAC = "02:00:00:00:01:01",
    };

    private static PingProbe Outwards(CaptureLab lab, string type = PingTypes.IcmpV4) => new()
    {
        ID = "out", NodeID = lab.Outer.Id, SrcIP = type == PingTypes.IcmpV4 ? "10.77.0.2" : "fd77::2", DstIP = type == PingTypes.IcmpV4 ? "10.77.0.1" : "fd77::1", DstMAC = "02:00:00:00:00:01",
    };

    private static PingReport Report(PingMeshDirectory meshes) => meshes.Report(new() { UUID = "m1" });

    private static Task UntilAsync(PingMeshDirectory meshes, Func<PingPairReport, bool> condition) => Tools.WaitAsync(() => Report(meshes).Pairs.All(condition));
}
