using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Tests.Support;
using Skydive.Storage;

namespace Skydive.Analyzer.Tests.History;

public sealed class HistoryPrunerTests
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    private readonly TestStore _store = new();
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Interval_ForgetsStepByStepThenCompacts()
    {
        await using var analyzer = await StartAsync();
        _store.PruneSteps = 3;

        await _time.AdvanceUntilAsync(() => _store.Compactions >= 1, s_interval);

        Assert.Equal(0, _store.PruneSteps);
    }

    [Fact]
    public async Task StoreFails_IsTriedAgainAtTheNextInterval()
    {
        await using var analyzer = await StartAsync();
        _store.PruneFault = new HistoryException(HistoryErrorReason.Full, "the disk is full");

        await _time.AdvanceUntilAsync(() => _store.PruneFaults >= 2, s_interval);
        Assert.False(analyzer.Completion.IsCompleted);
        _store.PruneFault = null;

        await _time.AdvanceUntilAsync(() => _store.Compactions >= 1, s_interval);
    }

    [Fact]
    public async Task Breaks_TheAnalyzerSaysSo()
    {
        await using var analyzer = await StartAsync();
        _store.PruneFault = new InvalidOperationException("a bug");

        await _time.AdvanceUntilAsync(() => analyzer.Completion.IsFaulted, s_interval);

        Assert.Equal("a bug", (await Assert.ThrowsAsync<InvalidOperationException>(() => analyzer.Completion)).Message);
    }

    [Fact]
    public async Task Dispose_EndsInTheMiddleOfAPause()
    {
        await using (await StartAsync())
        {
            _store.PruneSteps = int.MaxValue;
            await _time.AdvanceUntilAsync(() => _store.PruneSteps < int.MaxValue, s_interval);
        }

        Assert.Equal(0, _store.Compactions);
    }

    private async Task<AnalyzerRuntime> StartAsync()
    {
        var analyzer = new AnalyzerRuntime(new() { Host = "lab", Version = "0.1.0" }, _store, NullLoggerFactory.Instance, _time);
        await analyzer.StartAsync(TestContext.Current.CancellationToken);
        return analyzer;
    }
}
