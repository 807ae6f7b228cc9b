using System.Diagnostics;
using Skydive.Linux.Processes;

namespace Skydive.Linux.Tests.Processes;

public sealed class ProcessHandleTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public void Open_OfAnotherStart_IsNothing()
    {
        long ticks = ProcessHandle.ReadStartTicks(Environment.ProcessId)!.Value;

        using var handle = ProcessHandle.Open(Environment.ProcessId, ticks);
        Assert.Equal(Environment.ProcessId, handle!.Id);
        Assert.Null(ProcessHandle.Open(Environment.ProcessId, ticks - 1));
        Assert.Null(ProcessHandle.Open(int.MaxValue, ticks));
        Assert.Null(ProcessHandle.ReadStartTicks(int.MaxValue));
    }

    [Fact]
    public void Signal_EndsTheProcessAndTheWait()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        using var handle = ProcessHandle.Open(process.Id, ProcessHandle.ReadStartTicks(process.Id)!.Value)!;

        Assert.False(handle.WaitForExit(TimeSpan.FromMilliseconds(20), None));
        Assert.True(handle.Signal(ProcessHandle.Terminate));
        Assert.True(handle.WaitForExit(TimeSpan.FromSeconds(10), None));

        process.WaitForExit();
        Assert.False(handle.Signal(ProcessHandle.Kill));
    }

    [Fact]
    public void WaitForExit_GivenUp_Ends()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        try
        {
            using var handle = ProcessHandle.Open(process.Id, ProcessHandle.ReadStartTicks(process.Id)!.Value)!;
            using var stop = new CancellationTokenSource(50);

            Assert.Throws<OperationCanceledException>(() => handle.WaitForExit(TimeSpan.FromSeconds(60), stop.Token));
        }
        finally
        {
            process.Kill();
        }
    }
}
