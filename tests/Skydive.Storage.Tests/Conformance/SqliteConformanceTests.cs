using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Conformance;

public sealed class SqliteConformanceTests : HistoryStoreConformance, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private protected override IHistoryStore Open(HistoryStoreOptions? options = null, TimeProvider? time = null) =>
        HistoryStore.Open((options ?? new()) with { Driver = HistoryStoreOptions.SqliteDriver, Directory = _directory.Path }, time);

    private protected override async Task<IHistoryStore> RestartAsync(IHistoryStore store, TimeProvider time)
    {
        await store.DisposeAsync();
        return Open(time: time);
    }
}
