using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Skydive.Flows.Offline;
using Skydive.Flows.Table;
using Skydive.Packets.Pcap;
using Skydive.Storage;

namespace Skydive.Analyzer.Api;

/// <summary>
/// <c>/api/pcap</c>: the flows of a pcap or pcapng file, which may be compressed with gzip, go to the flow store. Of a file that is damaged or ends too soon, those of the
/// packets before that, and the answer says what is wrong.
/// </summary>
internal sealed class PcapEndpoint(IHistoryStore store)
{
    /// <summary>What is held until the end of the file is seen: some hundred megabytes.</summary>
    private const int MaximumFlows = 1_000_000;

    // RFC 1952, section 2.3.1.
    private const int GzipMagic1 = 0x1f;
    private const int GzipMagic2 = 0x8b;

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
        var blocks = new FlowBlocks(block =>
        {
            count += block.Count;
            if (count > MaximumFlows)
            {
                throw new BadHttpRequestException($"the file holds more than {MaximumFlows} flows: split it", StatusCodes.Status413PayloadTooLarge);
            }

            collected.Add(block);
        });
        var damage = await Task.Run(
            () =>
            {
                var found = Read(file, blocks, context.RequestAborted);
                blocks.Complete();
                return found;
            },
            context.RequestAborted).ConfigureAwait(false);
        foreach (var block in collected)
        {
            await store.AppendFlowsAsync(block, context.RequestAborted).ConfigureAwait(false);
        }

        if (damage is not null)
        {
            throw collected.Count == 0 ? damage : new PcapFormatException($"{damage.Message}; the flows of the packets before are kept", damage.Offset);
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>Reads all packets.</summary>
    /// <returns>What is wrong with the file; null when nothing is.</returns>
    private static PcapFormatException? Read(FileStream file, FlowBlocks blocks, CancellationToken cancellationToken)
    {
        bool isCompressed = file.ReadByte() == GzipMagic1 && file.ReadByte() == GzipMagic2;
        file.Position = 0;
        using var gzip = isCompressed ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : null;
        try
        {
            using var reader = new PcapReader(gzip ?? (Stream)file, leaveOpen: true);
            var summary = PcapFlows.Read(reader, new FlowTableOptions(), blocks, cancellationToken);
            return gzip is not null && IsCut(file, reader.Offset) ? new PcapFormatException($"The gzip stream ends too soon, after {summary.Packets} packets", reader.Offset) : null;
        }
        catch (PcapFormatException e)
        {
            return e;
        }
        catch (InvalidDataException e)
        {
            return new PcapFormatException($"The gzip stream is damaged: {e.Message}", file.Position);
        }
    }

    /// <summary>
    /// Whether a gzip file is longer by its own account than what came out of it: decompression takes an end between two packets for the end. A file of several
    /// parts tells the length of the last one.
    /// </summary>
    private static bool IsCut(FileStream file, long length)
    {
        Span<byte> trailer = stackalloc byte[sizeof(uint)];
        file.Seek(-trailer.Length, SeekOrigin.End);
        file.ReadExactly(trailer);
        return length < uint.MaxValue && BinaryPrimitives.ReadUInt32LittleEndian(trailer) > length;
    }
}
