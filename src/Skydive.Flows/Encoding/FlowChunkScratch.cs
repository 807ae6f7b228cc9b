using System.Buffers;

namespace Skydive.Flows.Encoding;

/// <summary>What encoding a block of flows needs meanwhile: some hundred bytes for each flow, kept for the next block of the same thread.</summary>
internal sealed class FlowChunkScratch
{
    // Those of larger blocks are not kept.
    private const int MaxKeptCount = 8192;
    private const int MaxKeptBytes = 2 << 20;

    [ThreadStatic]
    private static FlowChunkScratch? t_kept;

    private FlowParts[] _parts = [];
    private long[] _numbers = [];
    private long[] _room = [];
    private long[] _starts = [];
    private long[] _lasts = [];
    private ulong[] _hexadecimals = [];
    private int[] _codes = [];

    public DistinctTexts Texts { get; } = new();

    public DistinctKeys Keys { get; } = new();

    public DistinctKeys TextKeys { get; } = new();

    public ArrayBufferWriter<byte> Raw { get; } = new(64 << 10);

    public ArrayBufferWriter<byte> Data { get; } = new(256 << 10);

    public ArrayBufferWriter<byte> Directory { get; } = new(2 << 10);

    /// <summary>Takes the one of this thread, or a new one.</summary>
    public static FlowChunkScratch Take()
    {
        FlowChunkScratch scratch = t_kept ?? new();
        t_kept = null;
        scratch.Raw.ResetWrittenCount();
        scratch.Data.ResetWrittenCount();
        scratch.Directory.ResetWrittenCount();
        return scratch;
    }

    /// <summary>Gives it back.</summary>
    public void Return()
    {
        Texts.Clear();
        if (_codes.Length <= MaxKeptCount && Data.Capacity <= MaxKeptBytes && Raw.Capacity <= MaxKeptBytes)
        {
            t_kept = this;
        }
    }

    public Span<FlowParts> Parts(int count) => Of(ref _parts, count);

    /// <summary>Room for some columns of numbers.</summary>
    public Span<long> Numbers(int count) => Of(ref _numbers, count);

    /// <summary>Room for one column of numbers.</summary>
    public Span<long> Room(int count) => Of(ref _room, count);

    public Span<long> Starts(int count) => Of(ref _starts, count);

    public Span<long> Lasts(int count) => Of(ref _lasts, count);

    public Span<ulong> Hexadecimals(int count) => Of(ref _hexadecimals, count);

    public Span<int> Codes(int count) => Of(ref _codes, count);

    private static Span<T> Of<T>(ref T[] array, int count)
    {
        if (array.Length < count)
        {
            array = GC.AllocateUninitializedArray<T>(count);
        }

        return array.AsSpan(0, count);
    }
}
