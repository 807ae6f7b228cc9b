using Microsoft.AspNetCore.Http;
using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;
using Skydive.Storage;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/pcap</c>: the flows of a pcap file go to the flow store, all or, when the file is damaged, none.</summary>
internal sealed class PcapEndpoint(IHistoryStore store)
{
    /// <summary>What is held until the end of the file is seen: some hundred megabytes.</summary>
    private const int MaximumFlows = 1_000_000;

    /// <summary>POST: the file as body.</summary>
    public async Task PostAsync(HttpContext context)
    {
        // The reader works on a seekable file: a trace may be larger than memory.
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            // What people say to each other is nobody else's business.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, options);
        await context.Request.Body.CopyToAsync(file, context.RequestAborted).ConfigureAwait(false);
        file.Position = 0;
        int count = 0;
        var collected = new List<FlowBlock>();
        await Task.Run(
            () =>
            {
                using var reader = new PcapReader(file, leaveOpen: true);
                var blocks = new FlowBlocks(block =>
                {
                    count += block.Count;
                    if (count > MaximumFlows)
                    {
                        throw new BadHttpRequestException($"the file holds more than {MaximumFlows} flows: split it", StatusCodes.Status413PayloadTooLarge);
                    }

                    collected.Add(block);
                });
                PcapFlows.Read(reader, new FlowTableOptions(), blocks, context.RequestAborted);
                blocks.Complete();
            },
            context.RequestAborted).ConfigureAwait(false);
        foreach (var block in collected)
        {
            await store.AppendFlowsAsync(block, context.RequestAborted).ConfigureAwait(false);
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
