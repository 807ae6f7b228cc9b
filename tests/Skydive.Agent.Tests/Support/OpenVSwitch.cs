using System.Diagnostics;

namespace Skydive.Agent.Tests.Support;

/// <summary>An Open vSwitch of a test's own in its userspace datapath: database and switch by themselves, with sockets in a folder that goes with them.</summary>
internal sealed class OpenVSwitch : IDisposable
{
    private const string DatabaseServer = "/usr/sbin/ovsdb-server";
    private const string Schema = "/usr/share/openvswitch/vswitch.ovsschema";

    private readonly string _folder = Directory.CreateTempSubdirectory("skydive-ovs-").FullName;
    private readonly List<Process> _processes = [];

    /// <summary>Makes an empty database; <see cref="AddBridge"/> starts the switch. Skips the test when there is no Open vSwitch.</summary>
    public static OpenVSwitch Start()
    {
        if (!File.Exists(DatabaseServer) || !File.Exists("/usr/sbin/ovs-vswitchd") || !File.Exists(Schema))
        {
            Assert.Skip("needs Open vSwitch (package openvswitch-switch)");
        }

        if (!File.Exists("/dev/net/tun"))
        {
            Assert.Skip("needs /dev/net/tun");
        }

        var ovs = new OpenVSwitch();
        Tools.Run("ovsdb-tool", $"create {ovs._folder}/conf.db {Schema}");
        return ovs;
    }

    /// <summary>Starts the switch in a namespace and gives it a bridge with an address.</summary>
    public void AddBridge(string name, string address, string namespacePath)
    {
        string inside = $"netns exec {Path.GetFileName(namespacePath)} ";
        Launch(DatabaseServer, $"--remote=punix:{_folder}/db.sock --no-chdir {_folder}/conf.db --unixctl={_folder}/db.ctl");
        WaitFor($"{_folder}/db.sock");
        Control("--no-wait", "init");
        Launch("ip", $"{inside}ovs-vswitchd unix:{_folder}/db.sock --no-chdir --unixctl={_folder}/vswitchd.ctl");
        Control("add-br", name, "--", "set", "bridge", name, "datapath_type=netdev");
        Tools.Run("ip", $"{inside}ip addr add {address} dev {name}");
        Tools.Run("ip", $"{inside}ip link set {name} up");
    }

    /// <summary>Runs <c>ovs-vsctl</c>, which waits until the switch has done it.</summary>
    public void Control(params string[] arguments) =>
        Tools.Run("ovs-vsctl", $"--db=unix:{_folder}/db.sock --timeout=20 {string.Join(' ', arguments.Select(static argument => argument.Replace("\"", "\\\"", StringComparison.Ordinal)))}");

    public void Dispose()
    {
        // The switch before its database. `ip netns exec` becomes the program, so that this is its process.
        foreach (var process in Enumerable.Reverse(_processes))
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void WaitFor(string path)
    {
        Assert.True(SpinWait.SpinUntil(() => File.Exists(path) || Wait(), Tools.Patience), $"{path} is not there");

        static bool Wait()
        {
            Thread.Sleep(10);
            return false;
        }
    }

    private void Launch(string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["OVS_RUNDIR"] = _folder;
        start.Environment["OVS_LOGDIR"] = _folder;
        start.Environment["OVS_DBDIR"] = _folder;
        var process = Process.Start(start)!;
        _processes.Add(process);
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }
}
