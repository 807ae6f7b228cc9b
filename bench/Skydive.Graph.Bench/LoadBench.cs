using Skydive.Bench;
using Skydive.Contracts.Messages;

namespace Skydive.Graph.Bench;

/// <summary>JSON of the whole graph → elements → graph, each step on its own.</summary>
internal static class LoadBench
{
    public static void Run(int rounds)
    {
        var message = Message();
        Console.WriteLine($"message of {message.Length / 1048576.0:0.0} MiB");
        for (int round = 0; round < rounds; round++)
        {
            var floor = new Cost();
            var text = new System.Text.Json.Utf8JsonReader(message.Span);
            while (text.Read())
            {
            }

            floor.Print("JSON, tokens alone");
            var reading = new Cost();
            using var reader = new GraphMessageReader(
                new MemorySocket(message, 64 << 10), new() { MaximumMessageBytes = int.MaxValue, MaximumPayloadBytes = 1 << 20, Origin = "agent.bench", IsLenient = true });
            var graph = reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult()!.Graph;
            reading.Print("JSON to elements");
            var live = new LiveGraph("bench", "analyzer.bench");
            var loading = new Cost();
            live.Write(transaction => transaction.Synchronize("agent.bench", graph!));
            loading.Print("graph");
            var again = new Cost();
            live.Write(transaction => transaction.Synchronize("agent.bench", graph!));
            again.Print("the same again");
            graph = null;
            Console.WriteLine($"memory: {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:0.0} MiB managed with the message, {Environment.WorkingSet / 1048576.0:0} MiB resident");
            GC.KeepAlive(live);
        }
    }

    /// <summary>The Sync message of the whole graph.</summary>
    public static ReadOnlyMemory<byte> Message()
    {
        var snapshot = BenchGraph.Build().Current;
        return MessageWriter.WriteSync(MessageTypes.Sync, "u", snapshot.GetNodes(), snapshot.GetEdges());
    }
}
