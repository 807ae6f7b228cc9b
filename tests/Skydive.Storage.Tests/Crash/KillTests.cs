using System.Globalization;
using System.Text.Json;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Crash;

public sealed class KillTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public Task KillMinus9_InTheMiddleOfWrites_NothingAcknowledgedIsLost() => KillAsync(5);

    [Fact(Explicit = true)]
    [Trait("Category", "soak")]
    public Task KillMinus9_AHundredTimes_NothingAcknowledgedIsLost() => KillAsync(100);

    [Fact]
    public async Task Open_DirectoryOfAnotherProcess_NamesIt()
    {
        using var directory = new TemporaryDirectory();
        using (var child = ChildProcess.Start("hold", directory.Path))
        {
            Assert.Equal("open", await child.Output.ReadLineAsync(None));
            var error = Assert.Throws<HistoryException>(() => HistoryStore.Open(new() { Directory = directory.Path }));
            Assert.Equal(HistoryErrorReason.InUse, error.Reason);
            Assert.Contains(directory.Path, error.Message, StringComparison.Ordinal);
            child.Kill();
        }

        await using var store = HistoryStore.Open(new() { Directory = directory.Path });
        Assert.Equal("running", store.GetStatus().Status);
    }

    [Fact]
    public async Task AppendFlows_DiskIsFull_FailsCleanlyAndGoesOnWhenThereIsRoom()
    {
        if (Environment.UserName != "root" || !File.Exists("/usr/bin/unshare"))
        {
            Assert.Skip("needs root and unshare, to mount a small file system");
        }

        // In a mount namespace of its own, which goes away with the process.
        using var directory = new TemporaryDirectory();
        using var child = ChildProcess.StartCommand(
            "/usr/bin/unshare",
            ["--mount", "--", "/bin/sh", "-c", "mount -t tmpfs -o size=4m none \"$1\" && exec \"$0\" --history-child fill \"$1\"", ChildProcess.Path, directory.Path]);
        var (code, output, error) = await child.WaitAsync(None);
        Assert.True(code == 0, output + error);
        Assert.Contains("done there is no room on the disk for the history database", output, StringComparison.Ordinal);
    }

    /// <summary>Kills a process that writes at random moments, and looks each time whether all is there that it was told was kept.</summary>
    private static async Task KillAsync(int rounds)
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(rounds);
        var acknowledged = new HashSet<(int Writer, int Number)>();
        int begin = 1;
        for (int round = 0; round < rounds; round++)
        {
            using (var child = ChildProcess.Start("append", directory.Path, begin.ToString(CultureInfo.InvariantCulture)))
            {
                // Also while it opens the database that the one before left.
                for (int i = random.Next(120); i > 0; i--)
                {
                    await ReadAcknowledgementAsync(child, acknowledged);
                }

                await Task.Delay(random.Next(20), None);
                child.Kill();
                while (await ReadAcknowledgementAsync(child, acknowledged))
                {
                }
            }

            await using var store = HistoryStore.Open(new() { Directory = directory.Path });
            begin = 1 + await VerifyAsync(store, acknowledged);
        }

        Assert.InRange(acknowledged.Count, rounds * 20, int.MaxValue);
    }

    /// <returns>The newest number that is in the store.</returns>
    private static async Task<int> VerifyAsync(IHistoryStore store, HashSet<(int Writer, int Number)> acknowledged)
    {
        Assert.Empty(await store.CheckAsync(None));
        var view = await store.GetGraphAsync(new(0, long.MaxValue), None);
        var live = (await store.GetLiveElementsAsync(None)).Nodes.ToDictionary(static node => node.Id);
        var flows = (await store.SearchFlowsAsync(new(), None)).ToDictionary(static flow => flow.UUID);
        var resources = (await store.GetResourcesAsync("capture", None)).ToDictionary(static resource => resource.Id, static resource => resource.Json);
        var metrics = (await store.SearchMetricsAsync(new() { Path = "LastUpdateMetric", Slice = new(0, long.MaxValue) }, None))
            .Select(static sample => (sample.ElementId, sample.Start)).ToHashSet();
        int newest = 0;
        foreach (var numbers in acknowledged.GroupBy(static entry => entry.Writer, static entry => entry.Number))
        {
            int writer = numbers.Key, last = numbers.Max();
            var byNumber = view.GetNodeRevisions($"n{writer}").ToDictionary(static node => (int)node.Revision);
            foreach (int i in numbers)
            {
                Assert.Equal($"s{i}", byNumber[i].Name);
                Assert.NotNull(view.FindEdge($"e{writer}-{i}"));
                Assert.Equal(i, flows[$"{writer}{i:x6}"].Metric!.ABPackets);
                Assert.Contains(($"n{writer}", (long)i), metrics);
                Assert.Contains((MakeMetrics.Uuid(i), (long)i), metrics);
            }

            // What came after the last acknowledgement may be there too, but nothing is older than it.
            Assert.InRange(byNumber.Keys.Max(), last, int.MaxValue);
            Assert.Equal(byNumber[byNumber.Keys.Max()].Describe(), live[$"n{writer}"].Describe());
            newest = Math.Max(newest, byNumber.Keys.Max());
            if (numbers.Where(static number => number % 10 == 0).DefaultIfEmpty().Max() is > 0 and var put)
            {
                Assert.InRange(JsonDocument.Parse(resources[$"{writer}"]).RootElement.GetProperty("i").GetInt32(), put, int.MaxValue);
            }
        }

        // A batch is there as a whole or not at all.
        Assert.Equal(view.NodeCount, view.EdgeCount);
        return Math.Max(newest, view.GetNodes().Select(static node => (int)node.Revision).DefaultIfEmpty().Max());
    }

    private static async Task<bool> ReadAcknowledgementAsync(ChildProcess child, HashSet<(int Writer, int Number)> acknowledged)
    {
        if (await child.Output.ReadLineAsync(None) is not { } line)
        {
            return false;
        }

        // The last line may have been cut off by the kill: what it says of its number is not the whole number then.
        if (line.Split(' ') is [var writer, var number, "."])
        {
            acknowledged.Add((int.Parse(writer, CultureInfo.InvariantCulture), int.Parse(number, CultureInfo.InvariantCulture)));
        }

        return true;
    }
}
