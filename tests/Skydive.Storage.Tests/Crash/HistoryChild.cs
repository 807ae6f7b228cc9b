using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Storage.Sqlite;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Crash;

/// <summary>What the test executable does as a process of its own, to be killed or to fill a disk. It answers on its standard output.</summary>
internal static class HistoryChild
{
    public const int Writers = 4;

    public static async Task<int> RunAsync(string[] arguments)
    {
        switch (arguments)
        {
            case ["append", var directory, var begin]:
                await AppendForEverAsync(directory, int.Parse(begin, System.Globalization.CultureInfo.InvariantCulture));
                return 0;
            case ["hold", var directory]:
                await using (HistoryStore.Open(new() { Directory = directory }))
                {
                    Console.WriteLine("open");
                    Console.ReadLine();
                }

                return 0;
            case ["fill", var directory]:
                return await FillAsync(directory);
            default:
                return 2;
        }
    }

    /// <summary>Writes what <see cref="KillTests"/> expects and says so once each is acknowledged.</summary>
    private static async Task AppendForEverAsync(string directory, int begin)
    {
        // The times of what it writes are long past: nothing may be forgotten for its age.
        var store = SqliteHistoryStore.Open(new() { Directory = directory, MaximumAge = null });

        // Without a pause, so that kills come in the middle of it.
        _ = Task.Run(async () =>
        {
            while (true)
            {
                await store.PruneAsync(default);
                await store.CompactAsync(isThorough: true, default);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (int i = begin; ; i++)
            {
                await store.AppendAsync(Make.Batch(Make.Node($"n{writer}", 1, i, i, $"s{i}"), Make.Edge($"e{writer}-{i}", "n0", $"n{writer}", i)), default);
                await store.AppendFlowsAsync([Make.Flow($"{writer}{i:x6}", i, i, i)], default);
                await store.AppendMetricsAsync([MakeMetrics.Sample($"n{writer}", i, i + 1, i), MakeMetrics.Sample(MakeMetrics.Uuid(i), i, i + 1, i)], default);
                if (i % 10 == 0)
                {
                    await store.PutResourceAsync("capture", $"{writer}", $"{{\"i\":{i}}}", default);
                }

                Console.WriteLine($"{writer} {i} .");
            }
        })));
    }

    private static async Task<int> FillAsync(string directory)
    {
        string ballast = Path.Combine(directory, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[2 << 20]);
        await using var store = HistoryStore.Open(new() { Directory = directory });
        int appended = 0;
        HistoryException? error = null;
        while (error is null && appended < 100_000)
        {
            try
            {
                await store.AppendFlowsAsync(Make.Flows(500, appended, 1_000_000), default);
                await store.AppendAsync(Make.Batch(Make.Interface(appended % 65536, 1).With(MetadataMap.Create(("Step", appended)))), default);
                appended++;
            }
            catch (HistoryException e)
            {
                error = e;
            }
        }

        Expect(error?.Reason == HistoryErrorReason.Full, $"after {appended} batches: {error}");
        Expect(store.GetStatus() is { Status: "failed", Message: { } message } && message == error!.Message, "status of a full disk");
        Expect((await store.GetStatisticsAsync(default)).FailedWrites == 1, "counter");

        // Reading goes on.
        int before = (await store.SearchFlowsAsync(new(), default)).Count;
        Expect(before / 500 == appended || before / 500 == appended + 1, $"{before} flows after {appended} batches");

        // And so does writing when there is room.
        File.Delete(ballast);
        await store.AppendFlowsAsync(Make.Flows(500, 200_000, 1_000_000), default);
        Expect(store.GetStatus().Status == "running", "status after there was room");
        Expect((await store.SearchFlowsAsync(new() { Limit = 1_000_000 }, default)).Count == before + 500, "flows after there was room");
        Expect((await store.CheckAsync(default)).Count == 0, "check");
        Console.WriteLine("done " + error!.Message);
        return 0;
    }

    private static void Expect(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException("not as expected: " + what);
        }
    }
}
