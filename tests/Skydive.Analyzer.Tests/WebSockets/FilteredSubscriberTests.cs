using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Messages;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Tests.WebSockets;

/// <summary>Filtered subscribers of a graph that changes all the time: who applies what he is told has in the end what his filter gives.</summary>
public sealed class FilteredSubscriberTests
{
    private static readonly string[] s_filters =
    [
        "G.V().Has('Name','n1').SubGraph()",
        "G.V().Has('Type','a').SubGraph()",
        "G.V().Has('Type','b').Has('N',GT(3)).SubGraph()",
        "G.V().HasKey('K').SubGraph()",
        "G.V('n3').SubGraph()",
        "G",
        "G.V().Has('Type','a').Out().SubGraph()",
        "G.V().Has('Host','host2').SubGraph('RelationType','layer2')",
    ];

    [Theory]
    [InlineData(10_000)]
    [InlineData(3)]
    [InlineData(1)]
    public async Task ManyFilters_WhileTheGraphChanges_EachEndsUpRight(int queueSize)
    {
        await using var host = await TestHost.StartAsync(options => options with { WebSockets = new() { QueueSize = queueSize } });
        using var stop = new CancellationTokenSource();
        var random = new Random(5);
        var writing = Task.Run(() =>
        {
            for (int i = 0; i < 3000 && !stop.IsCancellationRequested; i++)
            {
                host.Analyzer.Graph.Write(transaction => ViewMessagesTests.Change(transaction, random));
                if (i % 50 == 0)
                {
                    Thread.Sleep(1);
                }
            }
        });
        var clients = Enumerable.Range(0, 16).Select(i => FollowAsync(host, i, writing)).ToArray();
        await Task.WhenAll(clients);
        Assert.Empty(host.Analyzer.Subscribers.Status);
    }

    private static async Task FollowAsync(TestHost host, int number, Task writing)
    {
        string filter = s_filters[number % s_filters.Length];
        bool partial = number % 3 == 0;
        using (var client = await host.SubscribeAsync($"c{number}", ("X-Update-Policy", partial ? "partial" : "full"), ("X-Gremlin-Filter", filter)))
        {
            var mirror = new Mirror();
            await client.RequestSyncAsync("begin");

            // One in two changes its filter on the way, to none, to one that walks, or back.
            await ReceiveUntilAsync(client, mirror, "begin", applies: false);
            for (int turn = 1; number % 2 == 0 && turn < 6; turn++)
            {
                filter = turn % 3 == 2 ? string.Empty : s_filters[(number + turn) % s_filters.Length];
                await client.RequestSyncAsync($"t{turn}", $$"""{"GremlinFilter":"{{filter}}"}""");
                await ReceiveUntilAsync(client, mirror, $"t{turn}", applies: true);
            }

            var ending = Task.Run(async () =>
            {
                await writing;
                await client.RequestSyncAsync("end");
            });
            await ReceiveUntilAsync(client, mirror, "end", applies: true, onReply: () =>
                ViewMessagesTests.AssertSameAsync(GremlinEngine.Compile(filter.Length == 0 ? "G" : filter), host.Analyzer.Graph.Current, mirror));
            await ending;
            await client.CloseAsync();
            Assert.Null(await client.TryReceiveAsync());
        }

        await Wait.UntilAsync(() => !host.Analyzer.Subscribers.Status.ContainsKey($"c{number}"));
    }

    /// <summary>Applies what comes, up to the answer to a request. What comes before the first answer is of no use.</summary>
    private static async Task ReceiveUntilAsync(TestClient client, Mirror mirror, string uuid, bool applies, Func<Task>? onReply = null)
    {
        while (true)
        {
            var message = await client.ReceiveAsync();
            bool isReply = message.Type == MessageTypes.SyncReply;
            if (isReply)
            {
                Assert.Equal(uuid, message.UUID);
                if (onReply is not null)
                {
                    await onReply();
                }
            }

            if (applies || isReply)
            {
                mirror.Apply(message);
            }

            if (isReply)
            {
                return;
            }
        }
    }
}
