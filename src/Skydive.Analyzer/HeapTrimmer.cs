using Skydive.Graph;
using Skydive.Storage;

namespace Skydive.Analyzer;

/// <summary>
/// Gives memory back after a large graph came in. Loading leaves as much garbage as graph behind, and a service that then only listens makes no more of it, so that
/// the collector would never look.
/// </summary>
/// <remarks>
/// First a collection in the background tells how much there is to gain; only where that is much are the objects moved together, which stops
/// all threads for about a millisecond per megabyte of live objects. That happens once for each large load and no more often than the graph changes that much.
/// </remarks>
internal sealed class HeapTrimmer : IAsyncDisposable
{
    private const int ManyEvents = 50_000;
    private const long WorthBytes = 32 << 20;

    private readonly LiveGraph _graph;
    private readonly TimeProvider _time;
    private readonly TimeSpan _quiet;
    private readonly Func<CancellationToken, Task> _trimStore;
    private readonly CancellationTokenSource _stop = new();
    private int _isDisposed;
    private long _trims;

    /// <summary>Begins to watch a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="isBusy">Whether something still works on what came in, such as the writer of history.</param>
    /// <param name="trimStore">Has the store give back what memory it can.</param>
    /// <param name="time">The clock.</param>
    /// <param name="quiet">How long the graph has to be quiet before memory is looked at.</param>
    public HeapTrimmer(LiveGraph graph, Func<bool> isBusy, Func<CancellationToken, Task> trimStore, TimeProvider time, TimeSpan quiet)
    {
        _graph = graph;
        _time = time;
        _quiet = quiet;
        _trimStore = trimStore;
        Completion = Task.Run(() => RunAsync(isBusy));
    }

    /// <summary>Ends when it is disposed, or fails with what broke it.</summary>
    public Task Completion { get; }

    /// <summary>How often memory was given back.</summary>
    public long Trims => Interlocked.Read(ref _trims);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(Func<bool> isBusy)
    {
        using var timer = new PeriodicTimer(_quiet, _time);
        var (seen, trimmed) = (SizeOf(_graph.Current), SizeOf(_graph.Current));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                long size = SizeOf(_graph.Current);
                bool isQuiet = Math.Abs(size - seen) < ManyEvents / 10;
                seen = size;
                if (!isQuiet || Math.Abs(size - trimmed) < ManyEvents || isBusy())
                {
                    continue;
                }

                trimmed = size;
                await TrimAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    // How much comes in shows in how much is there.
    private static long SizeOf(GraphSnapshot snapshot) => snapshot.NodeCount + snapshot.EdgeCount;

    private async Task TrimAsync()
    {
        try
        {
            await _trimStore(_stop.Token).ConfigureAwait(false);
        }
        catch (HistoryException)
        {
            // A store that fails is the matter of those who write to it.
        }

        long before = NewestFull().Index;
        GC.Collect(2, GCCollectionMode.Forced, blocking: false);
        GCMemoryInfo heap;
        do
        {
            await Task.Delay(_quiet, _time, _stop.Token).ConfigureAwait(false);
            heap = NewestFull();
        }
        while (heap.Index == before);

        if (heap.FragmentedBytes + (heap.TotalCommittedBytes - heap.HeapSizeBytes) >= WorthBytes)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        Interlocked.Increment(ref _trims);
    }

    // What the last full collection found, whichever kind the settings of the process made of it.
    private static GCMemoryInfo NewestFull()
    {
        var (background, blocking) = (GC.GetGCMemoryInfo(GCKind.Background), GC.GetGCMemoryInfo(GCKind.FullBlocking));
        return background.Index > blocking.Index ? background : blocking;
    }
}
