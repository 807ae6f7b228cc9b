using System.CommandLine;
using System.Globalization;
using System.Threading.Channels;
using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;
using Skydive.Storage;
using Skydive.Storage.Sqlite;

namespace Skydive.Service.Commands;

/// <summary>
/// <c>skydive store import FILE</c>: makes flows of the packets of pcap and pcapng files and writes them to the database. One thread reads and
/// counts packets, another encodes flows, a third writes them.
/// </summary>
internal static class StoreImport
{
    // What is read ahead of the database: some ten megabytes.
    private const int MaximumWaiting = 4;

    /// <summary>Makes the command.</summary>
    /// <param name="run">Gives it what it does, with the options of the database.</param>
    public static Command Create(Action<Command, Func<HistoryStoreOptions, ParseResult, CancellationToken, Task<int>>> run)
    {
        var files = new Argument<string[]>("file") { Description = "pcap or pcapng files.", Arity = ArgumentArity.OneOrMore };
        var update = new Option<int?>("--update")
        {
            Description = "After how many seconds of the file's time a flow that goes on gets a record. When not given, each flow gets one, at its end.",
        };
        update.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1)
            {
                result.AddError("--update expects a number of seconds, at least 1");
            }
        });
        var command = new Command("import", "Writes the flows of pcap files to the database. Needs the service to be stopped.") { files, update };
        run(command, async (options, result, cancellationToken) =>
        {
            var table = new FlowTableOptions { UpdateInterval = result.GetValue(update) is { } seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue };
            await using var store = SqliteHistoryStore.Open(options);
            foreach (string path in result.GetValue(files)!)
            {
                PcapSummary summary;
                try
                {
                    summary = await ImportAsync(store, path, table, cancellationToken).ConfigureAwait(false);
                }
                catch (PcapFormatException e)
                {
                    throw new IOException($"{path}: {e.Message}", e);
                }

                await result.InvocationConfiguration.Output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{path}: {summary.Packets} packets, {summary.InvalidPackets} of them no frames that can be decoded")).ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }

    private static async Task<PcapSummary> ImportAsync(SqliteHistoryStore store, string path, FlowTableOptions options, CancellationToken cancellationToken)
    {
        using var reader = PcapReader.Open(path);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = Channel.CreateBounded<FlowBlock>(new BoundedChannelOptions(MaximumWaiting) { SingleReader = true, SingleWriter = true });
        var writing = Task.Run(() => WriteAsync(store, waiting.Reader, stop), CancellationToken.None);
        try
        {
            // The table's thread waits for the database when that is slower.
            var blocks = new FlowBlocks(block =>
            {
                if (!waiting.Writer.TryWrite(block))
                {
                    waiting.Writer.WriteAsync(block, stop.Token).AsTask().GetAwaiter().GetResult();
                }
            });
            try
            {
                return PcapFlows.Read(reader, options, blocks, stop.Token);
            }
            finally
            {
                // Flows of the packets before a fault of the file are kept.
                if (!stop.IsCancellationRequested)
                {
                    blocks.Complete();
                }
            }
        }
        finally
        {
            // A fault of the database is told rather than that reading was stopped for it.
            waiting.Writer.TryComplete();
            await writing.ConfigureAwait(false);
        }
    }

    private static async Task WriteAsync(SqliteHistoryStore store, ChannelReader<FlowBlock> blocks, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var block in blocks.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await store.AppendFlowsAsync(block, stop.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
