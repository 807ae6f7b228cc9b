using Skydive.Agent.Captures.Sources;
using Skydive.Linux;

namespace Skydive.Agent.Tests.Captures;

public sealed class RingBudgetTests
{
    [Fact]
    public void Take_Few_GivesEachALargeRing()
    {
        var budget = new RingBudget(1L << 30);
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal(8 << 20, budget.Take()));
    }

    [Fact]
    public void Take_Thousands_GivesEachLessAndKeepsToTheLimit()
    {
        const long Limit = 1L << 30;
        var budget = new RingBudget(Limit);
        var sizes = Enumerable.Range(0, 2400).Select(_ => budget.Take()).ToList();
        Assert.Equal(sizes.OrderDescending(), sizes);
        Assert.Equal(256 << 10, sizes[^1]);
        Assert.All(sizes, size => Assert.True(int.IsPow2(size)));
        Assert.Equal(sizes.Sum(static size => (long)size), budget.Used);
        Assert.InRange(budget.Used, 0, Limit);
    }

    [Fact]
    public void Take_BeyondTheLimit_SaysWhatToDo()
    {
        var budget = new RingBudget(1 << 20);
        var sizes = new List<int>();
        var error = Assert.Throws<LinuxException>(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                sizes.Add(budget.Take());
            }
        });
        Assert.Equal(LinuxErrorReason.ResourceExhausted, error.Reason);
        Assert.Contains("agent.capture.ring_memory", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, sizes.Count);

        budget.Return(sizes[0]);
        Assert.Equal(sizes[0], budget.Take());
    }

    [Fact]
    public void Return_All_LeavesNothingInUse()
    {
        var budget = new RingBudget(1L << 30);
        Parallel.For(0, 1000, _ => budget.Return(budget.Take()));
        Assert.Equal(0, budget.Used);
        Assert.Equal(8 << 20, budget.Take());
    }
}
