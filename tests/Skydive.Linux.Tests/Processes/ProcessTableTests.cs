using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Processes;

namespace Skydive.Linux.Tests.Processes;

public sealed unsafe partial class ProcessTableTests
{
    [Fact]
    public void Read_RealProcesses_HasThisOneAndItsChildInTheirNamespaces()
    {
        using var test = new TestNamespace();
        using Process child = Start("ip", $"netns exec {test.Name} sleep 600");
        try
        {
            using var table = new ProcessTable();
            using NetworkNamespace own = NetworkNamespace.OpenCurrent();

            // ip(8) enters the namespace and turns into the program then.
            Wait(() => table.TryGetNamespace(child.Id, out NamespaceId id) == ProcessAccess.Granted && id == test.Network.Id);
            ProcessSnapshot snapshot = table.Read(TimeSpan.Zero);

            Assert.Equal(
                new ProcessEntry(Environment.ProcessId, ProcessAccess.Granted, own.Id),
                snapshot.Processes.Single(process => process.Id == Environment.ProcessId));
            Assert.Equal(
                new ProcessEntry(child.Id, ProcessAccess.Granted, test.Network.Id), snapshot.Processes.Single(process => process.Id == child.Id));
            Assert.Equal(snapshot.Processes.OrderBy(process => process.Id), snapshot.Processes);
            Assert.False(snapshot.IsRestricted);
            Assert.Same(snapshot, table.Read(TimeSpan.FromMinutes(1)));
            Assert.NotSame(snapshot, table.Read(TimeSpan.Zero));
        }
        finally
        {
            child.Kill();
        }
    }

    [Fact]
    public void Describe_ThisProcess_KnowsNameProgramAndStart()
    {
        using var table = new ProcessTable();

        ProcessInfo? info = table.Describe(Environment.ProcessId);

        Assert.Equal(Environment.ProcessId, info!.Id);
        Assert.Equal(Environment.ProcessPath, info.Program);
        Assert.Equal(File.ReadAllText("/proc/self/comm").TrimEnd(), info.Name);
        Assert.True(info.StartTime > 0);
        Assert.Contains("0::/", table.ReadControlGroups(Environment.ProcessId), StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_EndedProcess_IsNull()
    {
        using Process child = Start("true", string.Empty);
        child.WaitForExit();
        using var table = new ProcessTable();

        Assert.Null(table.Describe(child.Id));
        Assert.Null(table.ReadControlGroups(child.Id));
        Assert.Equal(ProcessAccess.Gone, table.TryGetNamespace(child.Id, out _));
        Assert.Equal(ProcessAccess.Gone, table.ReadSockets(child.Id, []));
        Assert.DoesNotContain(table.Read(TimeSpan.Zero).Processes, process => process.Id == child.Id);
    }

    [Theory]
    [InlineData("7 (a) b) (c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 99 88", "a) b) (c", 123456ul)]
    [InlineData("7 () S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 5\n", "", 5ul)]
    [InlineData("7 (x) S 1 7 7", "x", null)]
    [InlineData("", "x", null)]
    [InlineData("7 (x S", "x", null)]
    public void Describe_OddNames_AreReadRight(string stat, string name, ulong? expected)
    {
        string root = Directory.CreateTempSubdirectory("sklinux-").FullName;
        try
        {
            Directory.CreateDirectory(root + "/7");
            File.WriteAllText(root + "/7/stat", stat);
            File.WriteAllText(root + "/7/comm", name + "\n");
            using var table = new ProcessTable(root);

            ProcessInfo? info = table.Describe(7);

            Assert.Equal(expected, info?.StartTime);
            Assert.Equal(expected is null ? null : name, info?.Name);
            Assert.Equal(expected is null ? null : string.Empty, info?.Program);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public void Read_FolderThatShowsFewProcesses_IsRestricted()
    {
        string root = Directory.CreateTempSubdirectory("sklinux-").FullName;
        try
        {
            foreach (string name in (string[])["20", "3", "12x", "self", "99999999999", "0"])
            {
                Directory.CreateDirectory($"{root}/{name}/ns");
                File.WriteAllText($"{root}/{name}/ns/net", string.Empty);
            }

            using var table = new ProcessTable(root);

            ProcessSnapshot snapshot = table.Read(TimeSpan.Zero);

            Assert.True(snapshot.IsRestricted);
            Assert.Equal([3, 20], snapshot.Processes.Select(process => process.Id));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        Assert.Throws<LinuxException>(() => new ProcessTable(root));
    }

    [Fact]
    public void Read_WithoutPrivilege_SaysWhichAreDenied()
    {
        Tools.RequireNetwork();
        ProcessSnapshot? snapshot = null;
        ProcessAccess sockets = default;
        Exception? failure = null;
        using Process child = Start("sleep", "600");
        try
        {
            // Capabilities belong to threads: this one gives up those in effect, and ends.
            var thread = new Thread(() =>
            {
                try
                {
                    uint* header = stackalloc uint[] { 0x20080522, 0 };
                    uint* data = stackalloc uint[6];
                    Assert.Equal(0, CapabilityGet(header, data));
                    data[0] = data[3] = 0;
                    Assert.Equal(0, CapabilitySet(header, data));
                    using var table = new ProcessTable();
                    snapshot = table.Read(TimeSpan.Zero);
                    sockets = table.ReadSockets(child.Id, []);
                }
                catch (Exception e)
                {
                    failure = e;
                }
            });
            thread.Start();
            thread.Join();

            Assert.Null(failure);
            Assert.Equal(ProcessAccess.Denied, snapshot!.Processes.Single(process => process.Id == child.Id).Access);
            Assert.Equal(ProcessAccess.Granted, snapshot.Processes.Single(process => process.Id == Environment.ProcessId).Access);
            Assert.True(snapshot.DeniedCount > 0);
            Assert.Equal(ProcessAccess.Denied, sockets);
        }
        finally
        {
            child.Kill();
        }
    }

    [Theory]
    [InlineData("socket:[4711]", 4711u)]
    [InlineData("socket:[0]", 0u)]
    [InlineData("socket:[4294967295]", uint.MaxValue)]
    [InlineData("socket:[4294967296]", null)]
    [InlineData("socket:[]", null)]
    [InlineData("socket:[47", null)]
    [InlineData("socket:[47]x", null)]
    [InlineData("pipe:[47]", null)]
    [InlineData("", null)]
    public void TryReadSocket_Links_ReadsThoseOfSockets(string link, uint? expected)
    {
        bool isSocket = ProcessReader.TryReadSocket(System.Text.Encoding.ASCII.GetBytes(link), out uint inode);

        Assert.Equal(expected is not null, isSocket);
        Assert.Equal(expected ?? inode, inode);
    }

    internal static Process Start(string program, string arguments)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true },
        };
        process.Start();
        return process;
    }

    internal static void Wait(Func<bool> condition)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Tools.Patience, "it did not happen");
            Thread.Sleep(5);
        }
    }

    [LibraryImport("libc", EntryPoint = "capget")]
    private static partial int CapabilityGet(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static partial int CapabilitySet(uint* header, uint* data);
}
