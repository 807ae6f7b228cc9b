using System.Net.Sockets;
using System.Runtime.InteropServices;
using Skydive.Linux.Capabilities;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Linux.Tests.Namespaces;

public sealed class NetworkNamespaceTests
{
    [Fact]
    public void OpenCurrent_SameNamespaceByOtherPaths_HasSameId()
    {
        using NetworkNamespace current = NetworkNamespace.OpenCurrent();
        using NetworkNamespace process = NetworkNamespace.OpenProcess(Environment.ProcessId);

        Assert.Equal(current.Id, process.Id);
        Assert.Equal(File.ResolveLinkTarget("/proc/self/ns/net", false)!.Name, current.Id.ToString());
        Assert.NotEqual(0ul, current.Id.Device);
    }

    [Fact]
    public void Id_DeviceNumber_IsThatOfStat()
    {
        using NetworkNamespace current = NetworkNamespace.OpenCurrent();

        string text = Tools.Run("stat", "-L -c %d:%i /proc/self/ns/net").Trim();

        Assert.Equal(text, $"{current.Id.Device}:{current.Id.Inode}");
    }

    [Fact]
    public void TryOpen_MissingPath_IsNotFound()
    {
        Assert.Equal(NamespaceOpenStatus.NotFound, NetworkNamespace.TryOpen("/run/netns/sklinux-none", out NetworkNamespace? result));
        Assert.Null(result);
        LinuxException exception = Assert.Throws<LinuxException>(() => NetworkNamespace.Open("/run/netns/sklinux-none"));
        Assert.Equal(LinuxErrorReason.NotFound, exception.Reason);
        Assert.Equal(Errno.NoEntry, exception.Errno);
    }

    [Fact]
    public void TryOpen_PlainFile_IsNotANamespace()
    {
        string path = Path.GetTempFileName();
        try
        {
            Assert.Equal(NamespaceOpenStatus.NotANamespace, NetworkNamespace.TryOpen(path, out _));
            Assert.Equal(LinuxErrorReason.NotANamespace, Assert.Throws<LinuxException>(() => NetworkNamespace.Open(path)).Reason);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("/proc/self/ns/mnt")]
    [InlineData("/dev/null")]
    [InlineData("/proc")]
    public void TryOpen_SomethingElse_IsNotANamespace(string path) =>
        Assert.Equal(NamespaceOpenStatus.NotANamespace, NetworkNamespace.TryOpen(path, out _));

    [Fact]
    public void OpenProcess_NoSuchProcess_IsNotFound() =>
        Assert.Equal(LinuxErrorReason.NotFound, Assert.Throws<LinuxException>(() => NetworkNamespace.OpenProcess(int.MaxValue)).Reason);

    [Fact]
    public void Run_OtherNamespace_RunsThereAndCallerStays()
    {
        using var test = new TestNamespace();
        using NetworkNamespace before = NetworkNamespace.OpenCurrent();

        NamespaceId inside = test.Network.Run(CurrentId);

        Assert.Equal(test.Network.Id, inside);
        Assert.NotEqual(before.Id, inside);
        Assert.Equal(before.Id, CurrentId());
    }

    [Fact]
    public void Run_Nested_ComesBackToTheOuterOne()
    {
        using var outer = new TestNamespace();
        using var inner = new TestNamespace();

        (NamespaceId first, NamespaceId second, NamespaceId third) = outer.Network.Run(() =>
            (CurrentId(), inner.Network.Run(CurrentId), CurrentId()));

        Assert.Equal((outer.Network.Id, inner.Network.Id, outer.Network.Id), (first, second, third));
    }

    [Fact]
    public void Run_CodeThrows_PassesItOnAndThreadIsHome()
    {
        using var test = new TestNamespace();
        using NetworkNamespace home = NetworkNamespace.OpenCurrent();

        var exception = Assert.Throws<InvalidDataException>(() => test.Network.Run(() => throw new InvalidDataException("no")));

        Assert.Equal("no", exception.Message);
        Assert.Equal(home.Id, home.Run(CurrentId));
        Assert.Equal(test.Network.Id, test.Network.Run(CurrentId));
    }

    [Fact]
    public void Run_DisposedNamespace_Throws()
    {
        using var test = new TestNamespace();
        NetworkNamespace closed = NetworkNamespace.Open(test.Path);
        closed.Dispose();

        Assert.Throws<ObjectDisposedException>(() => closed.Run(CurrentId));
        Assert.Equal(test.Network.Id, test.Network.Run(CurrentId));
    }

    [Fact]
    public void Run_DisposedWhileRunning_ComesBackAllTheSame()
    {
        using var outer = new TestNamespace();
        using var inner = new TestNamespace();
        NetworkNamespace closing = NetworkNamespace.Open(outer.Path);

        NamespaceId after = closing.Run(() =>
        {
            closing.Dispose();
            inner.Network.Run(CurrentId);
            return CurrentId();
        });

        Assert.Equal(outer.Network.Id, after);
    }

    [Fact]
    public void Run_ManyTimes_NeedsFewThreads()
    {
        using var test = new TestNamespace();
        test.Network.Run(CurrentId);
        int before = NamespaceThread.ThreadsStarted;

        for (int i = 0; i < 500; i++)
        {
            test.Network.CreateSocket(2, 2, 0).Dispose();
        }

        // Tests of other classes may run at the same time, and make a few.
        Assert.InRange(NamespaceThread.ThreadsStarted - before, 0, 50);
    }

    [Fact]
    public void Run_ThreadCannotComeHome_IsDiscarded()
    {
        using var test = new TestNamespace();
        using NetworkNamespace home = NetworkNamespace.OpenCurrent();

        // Capabilities belong to the thread: without CAP_SYS_ADMIN it may not enter a namespace any more, not even its own.
        int lost = test.Network.Run(() =>
        {
            DropSystemAdministration();
            Assert.False(ProcessCapabilities.Has(LinuxCapabilities.SystemAdministration));
            return Environment.CurrentManagedThreadId;
        });

        for (int i = 0; i < 10; i++)
        {
            (int thread, NamespaceId where) = home.Run(() => (Environment.CurrentManagedThreadId, CurrentId()));
            Assert.NotEqual(lost, thread);
            Assert.Equal(home.Id, where);
        }
    }

    [Fact]
    public void Run_FromManyThreads_EachIsWhereItAsked()
    {
        using var first = new TestNamespace();
        using var second = new TestNamespace();
        NetworkNamespace[] targets = [first.Network, second.Network];
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(number => new Thread(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                NetworkNamespace target = targets[(number + i) % 2];
                if (target.Run(CurrentId) != target.Id)
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void CreateSocket_UsedFromOutside_StaysInside()
    {
        using var test = new TestNamespace();
        test.Ip("link add inside0 type bridge");
        using RtnetlinkClient client = RtnetlinkClient.Open(test.Network);

        Assert.Equal(["lo", "inside0"], client.DumpLinks().Select(link => link.Name));
    }

    [Fact]
    public void CreateSocket_DotnetSocket_StaysInside()
    {
        using var test = new TestNamespace();
        test.Ip("addr add 198.51.100.77/32 dev lo");
        test.Ip("link set lo up");
        using Socket socket = test.Network.CreateSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("198.51.100.77"), 0));
        using var outside = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Assert.Throws<SocketException>(() => outside.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("198.51.100.77"), 0)));
    }

    [Fact]
    public void CreateSocket_UnknownFamily_ThrowsWithReason()
    {
        using NetworkNamespace current = NetworkNamespace.OpenCurrent();

        LinuxException exception = Assert.Throws<LinuxException>(() => current.CreateSocket(200, 1, 0));
        Assert.Equal(LinuxErrorReason.NotSupported, exception.Reason);
    }

    private static unsafe void DropSystemAdministration()
    {
        uint* header = stackalloc uint[] { 0x20080522, 0 };
        uint* data = stackalloc uint[6];
        Assert.Equal(0, capget(header, data));
        data[0] &= ~(uint)LinuxCapabilities.SystemAdministration;
        Assert.Equal(0, capset(header, data));
    }

    [DllImport("libc")]
    private static extern unsafe int capget(uint* header, uint* data);

    [DllImport("libc")]
    private static extern unsafe int capset(uint* header, uint* data);

    private static NamespaceId CurrentId()
    {
        using NetworkNamespace current = NetworkNamespace.OpenCurrent();
        return current.Id;
    }
}
