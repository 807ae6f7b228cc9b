using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Skydive.Linux.Processes;
using Skydive.Linux.Sockets;

namespace Skydive.Linux.Tests.Processes;

/// <summary>With real sockets and processes: a shell that opens connections on command.</summary>
public sealed class SocketOwnersTests
{
    [Fact]
    public void Resolve_SocketsOfTwoProcesses_FindsBoth()
    {
        using var lab = new Lab();
        using Process shell = Lab.StartShell();
        try
        {
            lab.Connect(shell, 3);
            lab.Resolve();

            Assert.Equal(Environment.ProcessId, lab.Owner(lab.Listener)!.Id);
            ProcessInfo? owner = lab.Owner(lab.Peers[0]);
            Assert.Equal((shell.Id, "bash"), (owner!.Id, owner.Name));
            Assert.EndsWith("/bash", owner.Program, StringComparison.Ordinal);
        }
        finally
        {
            shell.Kill();
        }
    }

    [Fact]
    public void Resolve_NothingNew_LooksThroughNoProcess()
    {
        using var lab = new Lab();
        using Process shell = Lab.StartShell();
        try
        {
            lab.Connect(shell, 3);
            lab.Resolve();
            Assert.True(lab.Owners.ScannedCount > 1);

            lab.Resolve();
            Assert.Equal(0, lab.Owners.ScannedCount);

            // The shell has one descriptor more than before: it is looked through first.
            lab.Connect(shell, 4);
            lab.Resolve();
            Assert.Equal(shell.Id, lab.Owner(lab.Peers[1])!.Id);
            Assert.InRange(lab.Owners.ScannedCount, 1, 40);
        }
        finally
        {
            shell.Kill();
        }
    }

    [Fact]
    public void Resolve_ProcessEnded_ForgetsItsSockets()
    {
        using var lab = new Lab();
        using Process shell = Lab.StartShell();
        lab.Connect(shell, 3);
        lab.Resolve();
        uint inode = lab.Peers[0];
        Assert.NotNull(lab.Owners.Find(inode));

        shell.Kill();
        shell.WaitForExit();
        lab.Resolve();

        Assert.Null(lab.Owners.Find(inode));
    }

    [Fact]
    public void Resolve_SocketPassedToAChild_IsTheChildsWhenTheParentEnds()
    {
        using var lab = new Lab();
        using Process shell = Lab.StartShell();
        lab.Connect(shell, 3);
        shell.StandardInput.WriteLine("sleep 600 & echo $!");
        int child = int.Parse(shell.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            lab.Resolve();
            Assert.Equal(shell.Id, lab.Owner(lab.Peers[0])!.Id);

            shell.Kill();
            shell.WaitForExit();
            lab.Resolve();

            ProcessInfo? owner = lab.Owner(lab.Peers[0]);
            Assert.Equal((child, "sleep"), (owner!.Id, owner.Name));
        }
        finally
        {
            Process.GetProcessById(child).Kill();
        }
    }

    [Fact]
    public void Resolve_SocketClosedByItsOwnerButHeldByAnother_PassesAtTheNextVerification()
    {
        using var lab = new Lab();
        using Process shell = Lab.StartShell();
        lab.Connect(shell, 3);
        shell.StandardInput.WriteLine("sleep 600 & echo $!");
        int child = int.Parse(shell.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            lab.Resolve();
            shell.StandardInput.WriteLine("exec 3>&-; echo closed");
            Assert.Equal("closed", shell.StandardOutput.ReadLine());
            for (int round = 1; round <= SocketOwners.VerificationRounds; round++)
            {
                lab.Resolve();
            }

            Assert.Equal(child, lab.Owner(lab.Peers[0])!.Id);
        }
        finally
        {
            Process.GetProcessById(child).Kill();
            shell.Kill();
        }
    }

    [Fact]
    public void Resolve_SocketOfNobody_IsLookedForOnceUntilTheNextVerification()
    {
        using var table = new ProcessTable();
        var owners = new SocketOwners(table);
        owners.Resolve([], table.Read(TimeSpan.Zero));

        owners.Resolve([0, 3_999_999_999], table.Read(TimeSpan.Zero));
        int first = owners.ScannedCount;
        owners.Resolve([0, 3_999_999_999], table.Read(TimeSpan.Zero));

        Assert.True(first > 1);
        Assert.Equal(0, owners.ScannedCount);
        Assert.Null(owners.Find(3_999_999_999));
        Assert.Null(owners.Find(0));
    }

    /// <summary>A server of this process, to which shells connect.</summary>
    private sealed class Lab : IDisposable
    {
        private readonly ProcessTable _table = new();
        private readonly SocketClient _sockets = SocketClient.Open();
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly List<Socket> _accepted = [];
        private IReadOnlyList<SocketMessage> _all = [];

        internal Lab()
        {
            Owners = new SocketOwners(_table);
            _listener.Start();
        }

        internal SocketOwners Owners { get; }

        internal uint Listener => Find(socket => socket.State == SocketState.Listen && socket.Local.Port == Port);

        /// <summary>The shells' ends of the connections, in the order in which they were made.</summary>
        internal List<uint> Peers => [.. _accepted.Select(accepted =>
            Find(socket => socket.State != SocketState.Listen && socket.Local.Port == ((IPEndPoint)accepted.RemoteEndPoint!).Port))];

        private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        internal static Process StartShell()
        {
            Tools.RequireProgram("bash");
            return ProcessTableTests.Start("bash", "--norc");
        }

        internal void Connect(Process shell, int descriptor)
        {
            shell.StandardInput.WriteLine($"exec {descriptor}<>/dev/tcp/127.0.0.1/{Port}; echo connected");
            Assert.Equal("connected", shell.StandardOutput.ReadLine());
            _accepted.Add(_listener.AcceptSocket());
        }

        internal void Resolve()
        {
            _all = _sockets.Dump(SocketProtocol.Tcp, SocketStates.WithProcess, TestContext.Current.CancellationToken);
            Owners.Resolve([.. _all.Select(socket => socket.Inode).Where(inode => Mine.Contains(inode))], _table.Read(TimeSpan.Zero));
        }

        internal ProcessInfo? Owner(uint inode) => Owners.Find(inode);

        public void Dispose()
        {
            _accepted.ForEach(socket => socket.Dispose());
            _listener.Dispose();
            _sockets.Dispose();
            _table.Dispose();
        }

        // Others on this machine open sockets too: only those of the test are asked for.
        private HashSet<uint> Mine => [.. _all.Where(socket => socket.Local.Port == Port || socket.Remote.Port == Port).Select(socket => socket.Inode)];

        private uint Find(Predicate<SocketMessage> predicate) => _all.Single(socket => predicate(socket)).Inode;
    }
}
