using System.Globalization;
using System.Text.Json;
using Skydive.Contracts.Queries;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Crash;

public sealed class KillTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KillMinus9_InTheMiddleOfWrites_NothingAcknowledgedIsLost()
    {
        using var directory = new TemporaryDirectory();
        int[] acknowledged = new int[HistoryChild.Writers];
        int begin = 1;
        for (int round = 0; round < 3; round++)
        {
            using (var child = ChildProcess.Start("append", directory.Path, begin.ToString(CultureInfo.InvariantCulture)))
            {
                for (int i = 0; i < 200 + (round * 37); i++)
                {
                    await ReadAcknowledgementAsync(child, acknowledged);
                }

                child.Kill();
                while (await ReadAcknowledgementAsync(child, acknowledged))
                {
                }
            }

            await using var store = HistoryStore.Open(new() { Directory = directory.Path });
            Assert.Empty(await store.CheckAsync(None));
            var view = await store.GetGraphAsync(new(0, long.MaxValue), None);
            var live = await store.GetLiveElementsAsync(None);
            var flows = (await store.SearchFlowsAsync(new(), None)).ToDictionary(static flow => flow.UUID);
            var resources = await store.GetResourcesAsync("capture", None);
            int newest = 0;
            for (int writer = 0; writer < HistoryChild.Writers; writer++)
            {
                var revisions = view.GetNodeRevisions($"n{writer}").ToList();
                newest = Math.Max(newest, (int)revisions[^1].Revision);
                Assert.InRange(revisions[^1].Revision, acknowledged[writer], long.MaxValue);
                Assert.Equal(revisions[^1].Describe(), live.Nodes.Single(node => node.Id == $"n{writer}").Describe());
                var byNumber = revisions.ToDictionary(static node => (int)node.Revision);
                for (int i = begin; i <= acknowledged[writer]; i++)
                {
                    Assert.Equal($"s{i}", byNumber[i].Name);
                    Assert.True(byNumber[i].ArchivedAt is null || byNumber.ContainsKey((int)byNumber[i].ArchivedAt!.Value));
                    Assert.NotNull(view.FindEdge($"e{writer}-{i}"));
                    Assert.Equal(i, flows[$"{writer}{i:x6}"].Metric!.ABPackets);
                }

                string json = resources.Single(resource => resource.Id == $"{writer}").Json;
                Assert.InRange(JsonDocument.Parse(json).RootElement.GetProperty("i").GetInt32(), acknowledged[writer] / 10 * 10, int.MaxValue);
            }

            // A batch is there as a whole or not at all.
            Assert.Equal(view.NodeCount, view.EdgeCount);
            begin = newest + 1;
        }
    }

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

    private static async Task<bool> ReadAcknowledgementAsync(ChildProcess child, int[] acknowledged)
    {
        if (await child.Output.ReadLineAsync(None) is not { } line)
        {
            return false;
        }

        // The last line may have been cut off by the kill.
        if (line.Split(' ') is [var writer, var number] && int.TryParse(number, CultureInfo.InvariantCulture, out int parsed))
        {
            int index = int.Parse(writer, CultureInfo.InvariantCulture);
            acknowledged[index] = Math.Max(acknowledged[index], parsed);
        }

        return true;
    }
}
