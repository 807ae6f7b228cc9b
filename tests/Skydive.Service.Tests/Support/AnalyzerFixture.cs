namespace Skydive.Service.Tests.Support;

/// <summary>One analyzer for all tests of a class.</summary>
public sealed class AnalyzerFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();

    internal TestService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Service = await TestService.StartAsync("analyzer", _data.Path);

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        _data.Dispose();
    }
}
