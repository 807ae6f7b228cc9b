using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Graph.Views;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

public sealed class BudgetTests
{
    private const string Endless = "G.V().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Count()";

    [Fact]
    public async Task Execute_TooManyElements_BudgetExceeded()
    {
        var options = new GremlinOptions { MaximumVisited = 1_000_000 };
        var error = await Assert.ThrowsAsync<GremlinException>(async () => await GremlinEngine.ExecuteAsync(Endless, GremlinResultTests.Large(2000), options, default));
        Assert.Equal(GremlinErrorReason.BudgetExceeded, error.Reason);
    }

    [Fact]
    public async Task Execute_TooLong_BudgetExceeded()
    {
        var options = new GremlinOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        var error = await Assert.ThrowsAsync<GremlinException>(async () => await GremlinEngine.ExecuteAsync(Endless, GremlinResultTests.Large(2000), options, default));
        Assert.Equal(GremlinErrorReason.BudgetExceeded, error.Reason);
    }

    [Theory]
    [InlineData("G.V().Sort('Value')")]
    [InlineData("G.V().Dedup()")]
    [InlineData("G.V().Dedup('Name')")]
    [InlineData("G.V().SubGraph()")]
    [InlineData("G.V().As('a')")]
    [InlineData("G.V('n0').Descendants('RelationType', 'layer2', 0)")]
    public async Task Execute_TooMuchInMemory_BudgetExceeded(string query)
    {
        var options = new GremlinOptions { MaximumCollected = 1000 };
        var source = GremlinResultTests.Large(2000);
        var error = await Assert.ThrowsAsync<GremlinException>(async () => (await GremlinEngine.ExecuteAsync(query, source, options, default)).ToJson());
        Assert.Equal(GremlinErrorReason.BudgetExceeded, error.Reason);
        Assert.NotEmpty((await GremlinEngine.ExecuteAsync(query, source, options with { MaximumCollected = 10_000 }, default)).ToJson());
    }

    /// <summary>Queries that grow without end meet each of the limits, whichever comes first, and say which it was.</summary>
    [Theory]
    [InlineData("G.V().Repeat(Both()).Times(30).Count()")]
    [InlineData("G.V().Repeat(Both()).Emit().Times(30)")]
    [InlineData("G.V().Repeat(Both()).Until(Has('Name', 'nobody')).Count()")]
    [InlineData("G.V().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Group().By('Name')")]
    [InlineData("G.V().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Order().By('Name')")]
    [InlineData("G.V().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Both().Path()")]
    [InlineData("G.V().Where(Repeat(Both()).Times(30).Count().Is(Gt(1)))")]
    public async Task Execute_Explosive_EndsWithAClearError(string query)
    {
        var source = GremlinResultTests.Large(2000);
        var few = new GremlinOptions { Timeout = TimeSpan.FromSeconds(5) };
        foreach (var options in (GremlinOptions[])[few with { MaximumCollected = 100_000 }, few with { MaximumVisited = 1_000_000 }, few with { Timeout = TimeSpan.FromMilliseconds(100) }])
        {
            var error = await Assert.ThrowsAsync<GremlinException>(async () => (await GremlinEngine.ExecuteAsync(query, source, options, default)).ToJson());
            Assert.Equal(GremlinErrorReason.BudgetExceeded, error.Reason);
            Assert.StartsWith("the query was given up", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Execute_Cancelled_Ends()
    {
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await GremlinEngine.ExecuteAsync(Endless, GremlinResultTests.Large(2000), null, cancelled.Token));
    }

    [Fact]
    public async Task ToJson_CancelledMeanwhile_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        var result = await GremlinEngine.ExecuteAsync("G.V()", GremlinResultTests.Large(5000), null, cancelled.Token);
        await cancelled.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => result.ToJson());
    }

    [Fact]
    public async Task Execute_SourceDoesNotAnswer_BudgetExceeded()
    {
        var options = new GremlinOptions { Timeout = TimeSpan.FromMilliseconds(50) };
        var source = new SilentSource();
        foreach (string query in (string[])["G.Flows()", "G.At('-1m').V()"])
        {
            var error = await Assert.ThrowsAsync<GremlinException>(async () => await GremlinEngine.ExecuteAsync(query, source, options, default));
            Assert.Equal(GremlinErrorReason.BudgetExceeded, error.Reason);
        }

        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await GremlinEngine.ExecuteAsync("G.Flows()", source, null, cancelled.Token));
    }

    [Fact]
    public async Task ToJson_ReadLongAfter_TimeCounts()
    {
        var time = new FixedTime(Fixtures.Now);
        var result = await GremlinEngine.ExecuteAsync("G.V()", GremlinResultTests.Large(5000), new GremlinOptions { Time = time }, default);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.NotEmpty(result.ToJson());
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(GremlinErrorReason.BudgetExceeded, Assert.Throws<GremlinException>(() => result.ToJson()).Reason);
    }

    [Fact]
    public void Options_NotPositive_Refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GremlinOptions { Timeout = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GremlinOptions { MaximumVisited = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GremlinOptions { MaximumCollected = -1 });
    }

    private sealed class SilentSource : IQuerySource, IFlowSource
    {
        public IGraphView Live { get; } = Fixtures.Small().Live;

        public IFlowSource Flows => this;

        public async Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Live;
        }

        public async Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        }
    }
}
