using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Probes;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Status;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Probes;

public sealed class ProbeSetTests
{
    [Fact]
    public async Task Start_SelectedProbes_AreMadeAndOthersNot()
    {
        var wanted = new ScriptedProbe("wanted", static _ => Task.CompletedTask);
        var other = new ScriptedProbe("other", static _ => Task.CompletedTask);
        await using var set = Make(["netlink", "wanted", "wanted"], wanted, other);

        set.Start();

        await Tools.WaitAsync(() => Find(set, "wanted").Status == "running");
        Assert.Equal("wanted", Assert.Single(set.Status).Key);
        Assert.Equal((1, 0), (wanted.Starts, other.Starts));
    }

    [Fact]
    public async Task Start_UnknownName_HasFailedAndTheRestWorks()
    {
        var known = new ScriptedProbe("known", static _ => Task.CompletedTask);
        await using var set = Make(["bess", "known"], known);

        set.Start();

        await Tools.WaitAsync(() => Find(set, "known").Status == "running");
        Assert.Equal(("failed", "no such probe in this version"), (Find(set, "bess").Status, Find(set, "bess").Message));
        Assert.False(set.Completion.IsCompleted);
    }

    [Fact]
    public async Task Start_SomethingMissing_IsAProblemAndTriedAgain()
    {
        var mended = new TaskCompletionSource();
        var probe = new ScriptedProbe("late", attempt => attempt < 3 ? throw new IOException("the socket is missing") : mended.Task);
        await using var set = Make(["late"], probe);

        set.Start();

        await Tools.WaitAsync(() => probe.Starts == 3);
        Assert.Equal(("degraded", "the socket is missing"), (Find(set, "late").Status, Find(set, "late").Message));
        mended.SetResult();
        await Tools.WaitAsync(() => Find(set, "late") is { Status: "running", Message: null });
        Assert.Equal(3, probe.Starts);
    }

    [Fact]
    public async Task Start_Fault_BreaksTheSet()
    {
        await using var set = Make(["broken"], new ScriptedProbe("broken", static _ => throw new InvalidOperationException("bug")));

        set.Start();

        await Assert.ThrowsAsync<InvalidOperationException>(() => set.Completion.WaitAsync(Tools.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(("failed", "bug"), (Find(set, "broken").Status, Find(set, "broken").Message));
    }

    [Fact]
    public async Task Completion_ProbeBreaksLater_Fails()
    {
        var probe = new ScriptedProbe("fragile", static _ => Task.CompletedTask);
        await using var set = Make(["fragile"], probe);
        set.Start();
        await Tools.WaitAsync(() => Find(set, "fragile").Status == "running");

        probe.Break(new InvalidOperationException("bug"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => set.Completion.WaitAsync(Tools.Patience, TestContext.Current.CancellationToken));
        Assert.Equal("failed", Find(set, "fragile").Status);
    }

    [Fact]
    public async Task Dispose_ProbeThatHangsInItsStart_Ends()
    {
        var probe = new ScriptedProbe("hanging", static _ => new TaskCompletionSource().Task);
        var waiting = new ScriptedProbe("waiting", static _ => throw new TimeoutException("no answer"));
        await using var set = Make(["hanging", "waiting"], TimeSpan.FromHours(1), probe, waiting);
        set.Start();
        await Tools.WaitAsync(() => Find(set, "waiting").Message is not null);

        await set.DisposeAsync();

        Assert.True(probe.IsDisposed && waiting.IsDisposed);
        Assert.True(set.Completion.IsCompletedSuccessfully);
        Assert.Equal(1, waiting.Starts);
    }

    private static ProbeStatus Find(ProbeSet set, string name) => set.Status.Single(entry => entry.Key == name).Value;

    private static ProbeSet Make(IReadOnlyList<string> names, params ScriptedProbe[] probes) => Make(names, TimeSpan.FromMilliseconds(1), probes);

    private static ProbeSet Make(IReadOnlyList<string> names, TimeSpan retryDelay, params ScriptedProbe[] probes)
    {
        var options = new AgentOptions { Host = "lab" };
        var context = new ProbeContext(new LiveGraph("lab", "agent.lab"), "host", options, NullLoggerFactory.Instance, static _ => null, new(new FakeNamespaceWatcher()));
        return new(
            names,
            probes.ToDictionary(static probe => probe.Name, static Func<ProbeContext, IAgentProbe> (probe) => _ => probe),
            context,
            NullLogger.Instance)
        {
            RetryDelay = retryDelay,
        };
    }
}
