using Skydive.Agent.Topology;

namespace Skydive.Agent.Tests.Topology;

public sealed class ProbeStateTests
{
    private readonly ProbeState _state = new();

    [Fact]
    public void Status_AtFirst_IsStarting() => Assert.Equal("starting", _state.Status.Status);

    [Fact]
    public void Status_ProblemsComeAndGo_IsDegradedMeanwhile()
    {
        _state.SetRunning();
        Assert.True(_state.SetProblem("b", "b is missing"));
        Assert.False(_state.SetProblem("b", "b is missing"));
        Assert.Equal(("degraded", "b is missing"), (_state.Status.Status, _state.Status.Message));

        Assert.True(_state.SetProblem("a", "a is missing"));
        Assert.Equal("a is missing (and 1 more)", _state.Status.Message);

        _state.ClearProblem("a");
        _state.ClearProblem("b");
        Assert.Equal(("running", null), (_state.Status.Status, _state.Status.Message));
    }

    [Fact]
    public void Status_Failed_StaysFailed()
    {
        _state.SetFailed("broken");
        _state.SetRunning();
        _state.CountResynchronization();

        Assert.Equal(("failed", "broken", 1L), (_state.Status.Status, _state.Status.Message, _state.Status.Resynchronizations));
    }
}
