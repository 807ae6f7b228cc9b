namespace Skydive.Storage.Tests.Conformance;

public sealed class MemoryConformanceTests : HistoryStoreConformance
{
    private protected override IHistoryStore Open(HistoryStoreOptions? options = null, TimeProvider? time = null) =>
        HistoryStore.Open((options ?? new()) with { Driver = HistoryStoreOptions.MemoryDriver }, time);
}
