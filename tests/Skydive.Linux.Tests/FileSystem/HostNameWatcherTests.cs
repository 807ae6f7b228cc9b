using Skydive.Linux.FileSystem;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Tests.FileSystem;

public sealed class HostNameWatcherTests
{
    private const string NamePath = "/proc/sys/kernel/hostname";

    [Fact]
    public void Descriptor_NameIsSet_SignalsOnce()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("needs root: the host's name is set, to what it is");
        }

        using var watcher = new HostNameWatcher();
        using var poller = new DescriptorPoller();
        poller.Add(watcher.Descriptor, 7, priority: true);
        ulong[] keys = new ulong[2];
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(keys, out _, TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));

        File.WriteAllText(NamePath, File.ReadAllText(NamePath));

        Assert.Equal(WaitOutcome.Ready, poller.Wait(keys, out int count, TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.Equal((1, 7ul), (count, keys[0]));
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(keys, out _, TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
    }
}
