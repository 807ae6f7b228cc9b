using Skydive.Linux.FileSystem;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Tests.FileSystem;

public sealed class DirectoryWatcherTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sklinux-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [Fact]
    public void Read_EntriesComeAndGo_AreTold()
    {
        using var watcher = new DirectoryWatcher(_root);
        Assert.Equal([Appeared], Read(watcher, 1));
        string outside = Path.GetTempFileName();
        File.WriteAllText(Path.Combine(_root, "a"), "x");
        Directory.CreateDirectory(Path.Combine(_root, "b"));
        File.Move(Path.Combine(_root, "a"), Path.Combine(_root, "c"));
        File.Move(outside, Path.Combine(_root, "d"));
        File.Move(Path.Combine(_root, "d"), outside);
        File.Delete(outside);
        File.Delete(Path.Combine(_root, "c"));
        Directory.Delete(Path.Combine(_root, "b"));

        Assert.Equal(
            [Added("a"), Added("b"), Removed("a"), Added("c"), Added("d"), Removed("d"), Removed("c"), Removed("b")], Read(watcher, 8));
    }

    [Fact]
    public void Read_DirectoryMissing_IsAwaitedStepByStep()
    {
        string path = Path.Combine(_root, "x", "y", "z");
        using var watcher = new DirectoryWatcher(path + "/");
        var events = new List<DirectoryEvent>();
        Assert.False(watcher.TryRead(events));

        Directory.CreateDirectory(Path.Combine(_root, "x"));
        Directory.CreateDirectory(Path.Combine(_root, "other"));
        Assert.False(watcher.TryRead(events));
        Directory.CreateDirectory(path);
        Assert.Equal([Appeared], Read(watcher, 1));
        File.WriteAllText(Path.Combine(path, "new"), string.Empty);
        Assert.Equal([Added("new")], Read(watcher, 1));
        Assert.Equal(path, watcher.DirectoryPath);
    }

    [Fact]
    public void Read_DirectoryDeletedAndMadeAgain_IsTold()
    {
        string path = Path.Combine(_root, "sub");
        Directory.CreateDirectory(path);
        using var watcher = new DirectoryWatcher(path);
        Assert.Equal([Appeared], Read(watcher, 1));

        Directory.Delete(path);
        Assert.Equal([Disappeared], Read(watcher, 1));
        Directory.CreateDirectory(path);
        Assert.Equal([Appeared], Read(watcher, 1));
        Directory.Move(path, Path.Combine(_root, "elsewhere"));
        Assert.Equal([Disappeared], Read(watcher, 1));
        Directory.Move(Path.Combine(_root, "elsewhere"), path);
        Assert.Equal([Appeared], Read(watcher, 1));
        File.WriteAllText(Path.Combine(path, "new"), string.Empty);
        Assert.Equal([Added("new")], Read(watcher, 1));
    }

    [Fact]
    public void Read_QueueOverflows_SaysThatEventsAreLost()
    {
        int limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"), System.Globalization.CultureInfo.InvariantCulture);
        if (limit > 100_000)
        {
            Assert.Skip("needs fs.inotify.max_queued_events of 100,000 or less");
        }

        using var watcher = new DirectoryWatcher(_root);
        Assert.Equal([Appeared], Read(watcher, 1));
        string first = Path.Combine(_root, "1");
        string second = Path.Combine(_root, "2");
        File.WriteAllText(first, string.Empty);
        for (int i = 0; i < limit; i++)
        {
            // Two events each, which do not merge.
            File.Move(i % 2 == 0 ? first : second, i % 2 == 0 ? second : first);
        }

        var events = new List<DirectoryEvent>();
        Assert.True(watcher.TryRead(events));
        Assert.Equal(new DirectoryEvent(DirectoryEventKind.EventsLost, string.Empty), events[^1]);
        Directory.CreateDirectory(Path.Combine(_root, "after"));
        Assert.Equal([Added("after")], Read(watcher, 1));
    }

    [Fact]
    public void Read_CancelledOrDisposed_Ends()
    {
        var watcher = new DirectoryWatcher(_root);
        Assert.Equal([Appeared], Read(watcher, 1));
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        var events = new List<DirectoryEvent>();

        Assert.Equal(WaitOutcome.Cancelled, watcher.Read(events, Timeout.InfiniteTimeSpan, cancellation.Token));
        Assert.Equal(WaitOutcome.TimedOut, watcher.Read(events, TimeSpan.FromMilliseconds(5), CancellationToken.None));
        var thread = new Thread(watcher.Dispose);
        thread.Start();
        Assert.Equal(WaitOutcome.Cancelled, watcher.Read(events, Timeout.InfiniteTimeSpan, CancellationToken.None));
        thread.Join();
        Assert.Empty(events);
    }

    [Fact]
    public void Watch_NamespaceAdded_OpensOnceTheMountTableChanged()
    {
        Tools.RequireNetwork();
        if (!Directory.Exists("/run/netns"))
        {
            new TestNamespace().Dispose();
        }

        using var watcher = new DirectoryWatcher("/run/netns");
        using var mounts = new MountWatcher();
        using var poller = new DescriptorPoller();
        var events = new List<DirectoryEvent>();
        watcher.TryRead(events);
        poller.Add(watcher.Descriptor, 1);
        poller.Add(mounts.Descriptor, 2, priority: true);
        using var test = new TestNamespace();
        ulong[] keys = new ulong[2];
        using var patience = new CancellationTokenSource(Tools.Patience);
        NamespaceOpenStatus status = NamespaceOpenStatus.NotFound;
        while (status != NamespaceOpenStatus.Opened)
        {
            Assert.Equal(WaitOutcome.Ready, poller.Wait(keys, out _, Timeout.InfiniteTimeSpan, patience.Token));
            watcher.TryRead(events);
            if (events.Contains(Added(test.Name)))
            {
                status = NetworkNamespace.TryOpen(test.Path, out NetworkNamespace? opened);
                opened?.Dispose();
            }
        }

        Assert.Contains(Added(test.Name), events);
    }

    [Fact]
    public void MountWatcher_Mount_IsToldOnce()
    {
        Tools.RequireNetwork();
        using var mounts = new MountWatcher();
        using var test = new TestNamespace();

        Assert.Equal(WaitOutcome.Ready, mounts.Wait(Tools.Patience, CancellationToken.None));
    }

    [Fact]
    public void MoveNext_MutatedInotifyBytes_NeverThrows()
    {
        var random = new Random(3);
        byte[] seed = [.. Event(1, 0x100, "one"), .. Event(1, 0x200, string.Empty), .. Event(-1, 0x4000, string.Empty), .. Event(2, 0x80, "three")];
        int malformed = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = seed[..random.Next(seed.Length + 1)];
            for (int change = random.Next(3); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var reader = new InotifyReader(bytes);
            int count = 0;
            while (reader.MoveNext())
            {
                Assert.True(reader.Current.Name.Length <= bytes.Length);
                count++;
            }

            Assert.True(count <= bytes.Length / 16);
            malformed += reader.IsMalformed ? 1 : 0;
        }

        Assert.True(malformed > 1000);
    }

    [Fact]
    public void MoveNext_Events_AreRead()
    {
        byte[] bytes = [.. Event(7, 0x100, "name"), .. Event(8, 0x200, string.Empty)];
        var reader = new InotifyReader(bytes);

        Assert.True(reader.MoveNext());
        Assert.Equal((7, 0x100u, "name"), (reader.Current.Watch, reader.Current.Mask, System.Text.Encoding.UTF8.GetString(reader.Current.Name)));
        Assert.True(reader.MoveNext());
        Assert.Equal((8, 0), (reader.Current.Watch, reader.Current.Name.Length));
        Assert.False(reader.MoveNext());
        Assert.False(reader.IsMalformed);
    }

    private static DirectoryEvent Appeared => new(DirectoryEventKind.DirectoryAppeared, string.Empty);

    private static DirectoryEvent Disappeared => new(DirectoryEventKind.DirectoryDisappeared, string.Empty);

    private static DirectoryEvent Added(string name) => new(DirectoryEventKind.EntryAdded, name);

    private static DirectoryEvent Removed(string name) => new(DirectoryEventKind.EntryRemoved, name);

    private static List<DirectoryEvent> Read(DirectoryWatcher watcher, int count)
    {
        var events = new List<DirectoryEvent>();
        while (events.Count < count)
        {
            Assert.Equal(WaitOutcome.Ready, watcher.Read(events, Tools.Patience, CancellationToken.None));
        }

        return events;
    }

    private static byte[] Event(int watch, uint mask, string name)
    {
        byte[] padded = name.Length == 0 ? [] : new byte[16];
        System.Text.Encoding.UTF8.GetBytes(name, padded);
        return [.. BitConverter.GetBytes(watch), .. BitConverter.GetBytes(mask), 0, 0, 0, 0, .. BitConverter.GetBytes(padded.Length), .. padded];
    }
}
