using Microsoft.Data.Sqlite;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// The history store in a SQLite file. One process at a time; one writer thread, some readers that never wait for it.
/// </summary>
/// <remarks>
/// Durability: a commit is in the write-ahead log, thus with the kernel, before the task of the write completes, and so survives the death
/// of the process, <c>kill -9</c> included. The log is synchronised with the disk at checkpoints: when the power fails, the graph and flows
/// of the last moments may be lost, but the database stays whole. Resources are synchronised at once.
/// </remarks>
public sealed class SqliteHistoryStore : IHistoryStore
{
    /// <summary>How many pages one step of <see cref="CompactAsync(CancellationToken)"/> gives back: 4 MiB.</summary>
    private const int PagesPerStep = 1024;

    private readonly HistoryStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly DatabaseDirectory _directory;
    private readonly SqliteConnection _connection;
    private readonly KeyDictionary _keys;
    private readonly MetadataCodec _readingCodec;
    private readonly GraphWriter _graph;
    private readonly FlowWriter _flows;
    private readonly RawPacketTable _packets;
    private readonly FlowRunTable _flowRuns;
    private readonly MetricWriter _metrics;
    private readonly ResourceTable _resources;
    private readonly Pruner _pruner;
    private readonly WriteQueue _writer;
    private readonly ReaderPool _readers;
    private readonly SemaphoreSlim _compacting = new(1);
    private int _isDisposed;

    private SqliteHistoryStore(HistoryStoreOptions options, TimeProvider time, DatabaseDirectory directory, SqliteConnection connection)
    {
        _options = options;
        _time = time;
        _directory = directory;
        _connection = connection;
        _keys = new(connection);
        _readingCodec = new(_keys);
        _graph = new(connection, new(_keys));
        _flows = new(connection);
        _packets = new(connection);
        _flowRuns = new(connection);
        _metrics = new(connection, _keys);
        _resources = new(connection);
        _pruner = new(connection, options, time);
        _readers = new(directory.DatabasePath);
        _writer = new(connection, directory.DatabasePath, OnTransactionEnded);
    }

    /// <summary>Opens the store in a directory; makes it when it does not exist, and brings an older one up to date.</summary>
    /// <param name="options">The options; a directory is needed.</param>
    /// <param name="time">The clock that ages are measured with; null for the system's.</param>
    /// <exception cref="HistoryException">
    /// No directory is given, the system's SQLite is missing, the directory cannot be used or is in use, or the database is damaged, another
    /// program's or newer than this version.
    /// </exception>
    public static SqliteHistoryStore Open(HistoryStoreOptions options, TimeProvider? time = null) => Open(options, time, Schema.Migrations);

    /// <summary>Opens the store with other migrations than the released ones.</summary>
    /// <param name="options">The options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="migrations">The steps in order.</param>
    internal static SqliteHistoryStore Open(HistoryStoreOptions options, TimeProvider? time, IReadOnlyList<Migration> migrations)
    {
        if (string.IsNullOrEmpty(options.Directory))
        {
            throw new HistoryException(HistoryErrorReason.InvalidOptions, "the sqlite storage needs a directory");
        }

        SqliteLibrary.EnsureLoaded();
        var directory = DatabaseDirectory.Open(options.Directory);
        SqliteConnection? connection = null;
        try
        {
            connection = SqliteConnections.OpenWriter(directory.DatabasePath);
            Schema.Prepare(connection, directory.DatabasePath, migrations);
            return new(options, time ?? TimeProvider.System, directory, connection);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            directory.Dispose();
            if (SqliteErrors.IsExpected(e))
            {
                throw SqliteErrors.Translate(e, directory.DatabasePath);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public Task AppendAsync(GraphBatch batch, CancellationToken cancellationToken) => batch.Elements.Count == 0 ? Task.CompletedTask : _writer.WriteAsync(
        () =>
        {
            _graph.Append(batch.Elements);
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> ReconcileAsync(SubGraph live, long time, CancellationToken cancellationToken) =>
        _writer.WriteAsync(() => _graph.Reconcile(live, time), cancellationToken);

    /// <inheritdoc/>
    public Task<int> CloseAllAsync(IReadOnlyCollection<string> origins, long time, CancellationToken cancellationToken) =>
        _writer.WriteAsync(() => _graph.CloseAll(origins, time), cancellationToken);

    /// <inheritdoc/>
    public async Task<SubGraph> GetLiveElementsAsync(CancellationToken cancellationToken)
    {
        var live = await _readers.ReadAsync(connection => GraphReader.Read(connection, _readingCodec, null, _options, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return new() { Nodes = Order(live.Nodes), Edges = Order(live.Edges) };
    }

    /// <inheritdoc/>
    public Task<IGraphView> GetGraphAsync(TimeSlice slice, CancellationToken cancellationToken) => _readers.ReadAsync<IGraphView>(
        connection =>
        {
            var found = GraphReader.Read(connection, _readingCodec, slice, _options, cancellationToken);
            return new RevisionView(slice, found.Nodes, found.Edges);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IGraphView> GetNodesAsync(TimeSlice slice, Filter? filter, CancellationToken cancellationToken) => _readers.ReadAsync<IGraphView>(
        connection => new RevisionView(slice, GraphReader.ReadNodes(connection, _readingCodec, slice, NodeSelection.Of(filter), _options, cancellationToken), []),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ElementDifference>> GetDifferencesAsync(long before, long after, CancellationToken cancellationToken) =>
        _readers.ReadAsync(
            connection =>
            {
                if (before == after)
                {
                    return [];
                }

                var (ended, begun) = GraphReader.ReadDifferences(
                    connection, _readingCodec, Math.Min(before, after), Math.Max(before, after), _options, GraphReader.ManyRevisions, cancellationToken);
                return before < after ? Differences.Between(ended, begun) : Differences.Between(begun, ended);
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task AppendFlowsAsync(FlowAppend append, CancellationToken cancellationToken)
    {
        if (append.IsEmpty)
        {
            return;
        }

        var chunks = FlowWriter.Encode(append.Flows);
        var packets = RawPacketTable.Encode(append.Packets);
        await _writer.WriteAsync(
            () =>
            {
                long now = Now();
                _packets.Add(packets, now);
                _flows.Add(chunks, now);
                _flowRuns.Put(append.Progress, now);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<long> GetFlowProgressAsync(Guid run, CancellationToken cancellationToken) =>
        _readers.ReadAsync(connection => FlowRunTable.Find(connection, run), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken) =>
        _readers.ReadAsync(connection => RawPacketTable.Search(connection, search, _options, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken) => await _readers.ReadAsync(
        connection => search.Finish(FlowReader.Search(connection, search, _options, cancellationToken)), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FlowSum>> SumFlowsAsync(FlowSumSearch sum, CancellationToken cancellationToken) =>
        _readers.ReadAsync(connection => FlowReader.Sum(connection, sum, _options, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task AppendMetricsAsync(IReadOnlyList<MetricSample> samples, CancellationToken cancellationToken)
    {
        if (samples.Count == 0)
        {
            return;
        }

        var chunks = MetricWriter.Encode(samples);
        await _writer.WriteAsync(
            () =>
            {
                _metrics.Add(chunks, Now());
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetricSample>> SearchMetricsAsync(MetricSearch search, CancellationToken cancellationToken) =>
        _readers.ReadAsync(connection => MetricReader.Search(connection, _keys, search, _options, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task PutResourceAsync(string kind, string id, string json, CancellationToken cancellationToken) =>
        _writer.WriteAsync(() => _resources.Put(kind, id, json), cancellationToken, isDurable: true);

    /// <inheritdoc/>
    public Task<bool> DeleteResourceAsync(string kind, string id, CancellationToken cancellationToken) =>
        _writer.WriteAsync(() => _resources.Delete(kind, id), cancellationToken, isDurable: true);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredResource>> GetResourcesAsync(string kind, CancellationToken cancellationToken) =>
        _readers.ReadAsync(connection => ResourceTable.Read(connection, kind), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> PruneAsync(CancellationToken cancellationToken) => _writer.WriteAsync(
        () =>
        {
            _graph.Forget();
            return _pruner.Step();
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task CompactAsync(CancellationToken cancellationToken) => CompactAsync(isThorough: false, cancellationToken);

    /// <summary>As the other, or more than is worth while writing goes on.</summary>
    /// <param name="isThorough">Whether metric samples wait no longer for others of their series, and all space that is not used is given back.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="HistoryException">It failed; the data are as before.</exception>
    public async Task CompactAsync(bool isThorough, CancellationToken cancellationToken)
    {
        await _compacting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await CompactAloneAsync(isThorough, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _compacting.Release();
        }
    }

    /// <inheritdoc/>
    public Task TrimMemoryAsync(CancellationToken cancellationToken) => _writer.RunAsync(
        () =>
        {
            _graph.Forget();
            SqliteConnections.Execute(_connection, "PRAGMA shrink_memory");
            SqliteLibrary.TrimHeap();
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _readers.ReadAsync(connection => StoreCheck.Run(connection, _keys, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (HistoryException e) when (e.Reason == HistoryErrorReason.Damaged)
        {
            return [e.Message];
        }
    }

    /// <inheritdoc/>
    public async Task<HistoryStatistics> GetStatisticsAsync(CancellationToken cancellationToken) =>
        await _readers.ReadAsync(StoreStatistics.Read, cancellationToken).ConfigureAwait(false) with { FailedWrites = _writer.FailedWrites };

    /// <inheritdoc/>
    public StorageStatus GetStatus() => new()
    {
        Driver = HistoryStoreOptions.SqliteDriver,
        Status = _writer.LastError is null ? "running" : "failed",
        Message = _writer.LastError,
        Path = _directory.DatabasePath,
        SizeBytes = _directory.GetSizeBytes(),
    };

    /// <summary>Writes what was asked to be written, ends what reads, and gives the directory free. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _writer.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
        _pruner.Dispose();
        _resources.Dispose();
        _metrics.Dispose();
        _flowRuns.Dispose();
        _packets.Dispose();
        _flows.Dispose();
        _graph.Dispose();
        _keys.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
        _directory.Dispose();
    }

    private static T[] Order<T>(IEnumerable<T> elements)
        where T : GraphElement =>
        [.. elements.OrderBy(static element => element.CreatedAt).ThenBy(static element => element.Id, StringComparer.Ordinal)];

    private async Task CompactAloneAsync(bool isThorough, CancellationToken cancellationToken)
    {
        // Read and encoded by a reader's thread: the writer only puts one row in the place of several.
        long after = long.MinValue, spread = GetSpread();
        while (await _readers.ReadAsync(connection => FlowMerge.Prepare(connection, after, spread, cancellationToken), cancellationToken).ConfigureAwait(false) is { } merge)
        {
            await _writer.WriteAsync(() => _flows.Replace(merge), cancellationToken).ConfigureAwait(false);
            after = merge.LastNumber;
        }

        await CompactMetricsAsync(isThorough, cancellationToken).ConfigureAwait(false);

        // Some free pages are of use to the next writes; giving them back each time would write all pages behind them anew.
        if (isThorough || await _writer.RunAsync(HasManyFreePages, cancellationToken).ConfigureAwait(false))
        {
            while (await _writer.RunAsync(GiveBackPages, cancellationToken).ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        await _writer.RunAsync(
            () =>
            {
                // Moves the log's pages to the database and cuts it, as far as readers allow.
                SqliteConnections.GetNumber(_connection, "PRAGMA wal_checkpoint(TRUNCATE)");
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task CompactMetricsAsync(bool isThorough, CancellationToken cancellationToken)
    {
        long after = long.MinValue, spread = GetSpread();
        while (await _readers.ReadAsync(connection => MetricMerge.Prepare(connection, after, spread, cancellationToken), cancellationToken).ConfigureAwait(false) is { } merge)
        {
            await _writer.WriteAsync(() => _metrics.Replace(merge), cancellationToken).ConfigureAwait(false);
            after = merge.LastNumber;
        }

        while (await _readers.ReadAsync(connection => MetricMove.Prepare(connection, isThorough ? long.MaxValue / 2 : Now(), spread, cancellationToken), cancellationToken).ConfigureAwait(false) is { } move)
        {
            do
            {
                var blocks = await _readers.ReadAsync(_ => move.TakeBlocks(), cancellationToken).ConfigureAwait(false);
                await _writer.WriteAsync(() => _metrics.Move(blocks, move, move.IsComplete), cancellationToken).ConfigureAwait(false);
            }
            while (!move.IsComplete);
        }
    }

    /// <summary>How far arrivals of what is put together may be apart: what is forgotten together is kept for little longer than was asked for.</summary>
    private long GetSpread() => (long)((_options.MaximumAge ?? TimeSpan.FromDays(30)) / 30).TotalMilliseconds;

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private void OnTransactionEnded(bool isCommitted)
    {
        if (isCommitted)
        {
            _keys.Commit();
        }
        else
        {
            _keys.Rollback();
            _graph.Forget();
        }
    }

    private bool HasManyFreePages() =>
        SqliteConnections.GetNumber(_connection, "PRAGMA freelist_count") > SqliteConnections.GetNumber(_connection, "PRAGMA page_count") / 8;

    /// <summary>Gives a step's pages back; says whether more are to be given.</summary>
    private bool GiveBackPages()
    {
        using (var vacuum = new Statement(_connection, $"PRAGMA incremental_vacuum({PagesPerStep})"))
        using (var reader = vacuum.Query())
        {
            // The pragma works one page at each step.
            while (reader.Read())
            {
            }
        }

        return SqliteConnections.GetNumber(_connection, "PRAGMA freelist_count") > 0;
    }
}
