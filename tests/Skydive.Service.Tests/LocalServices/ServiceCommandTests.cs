using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Skydive.Contracts;
using Skydive.Contracts.Services;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.LocalServices;

/// <summary>Drives <c>skydive service</c> with real services, and with a <c>systemctl</c> that writes down what it is told.</summary>
public sealed class ServiceCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Cli _cli;

    public ServiceCommandTests()
    {
        _cli = new(_directory.Path);

        // Without the system's own systemctl.
        _cli.Environment["PATH"] = $"{_directory.Path}/bin:{Path.GetDirectoryName(Environment.ProcessPath)}:/bin:/usr/bin";
        FakeSystemctl("exit 1");
    }

    private string RecordPath => Path.Combine(_directory.Path, "skydive", "services", "analyzer.json");

    public void Dispose()
    {
        if (File.Exists(RecordPath))
        {
            _cli.Run("service", "stop", "--role", "analyzer", "--timeout", "5", "--force");
        }

        _directory.Dispose();
    }

    [Fact]
    public void Start_Wait_IsReadyAndOutlivesTheCommand()
    {
        string address = FreeAddress();

        var service = Start("--listen", address, "--wait");

        Assert.Equal(("analyzer", "Running", $"http://{address}"), (service.Role, service.State, Assert.Single(service.Endpoints)));
        Assert.True(service.MemoryBytes > 10 << 20);
        using (var process = Process.GetProcessById(service.Pid!.Value))
        {
            Assert.Equal("dotnet", process.ProcessName);
        }

        // A session of its own: the end of a terminal does not reach it.
        Assert.Equal(service.Pid.ToString(), Shell.Run($"ps -o sid= -p {service.Pid}").Trim());
        Assert.Equal(service.Pid, Assert.Single(List()).Pid);
        var (code, _, error) = _cli.Run("service", "start", "--role", "analyzer", "--format", "json");
        Assert.Equal((70, "ServiceRunning"), (code, Fault(error).Code));

        var restarted = Deserialize(_cli.Run("service", "restart", "--role", "analyzer", "--wait", "--format", "json"));
        Assert.NotEqual(service.Pid, restarted.Pid);
        Assert.Equal(service.Endpoints, restarted.Endpoints);

        Assert.Equal("Stopped", Deserialize(_cli.Run("service", "stop", "--role", "analyzer", "--format", "json")).State);
        Assert.False(Directory.Exists($"/proc/{restarted.Pid}") && File.ReadAllText($"/proc/{restarted.Pid}/stat").Contains(") S", StringComparison.Ordinal));
        Assert.Empty(List());
        (code, _, error) = _cli.Run("service", "stop", "--role", "analyzer", "--format", "json");
        Assert.Equal((70, "ServiceNotFound"), (code, Fault(error).Code));
        Assert.Equal(2, ReadLog().Count(static entry => entry.Message.StartsWith("Ready: Analyzer", StringComparison.Ordinal)));
        Assert.Single(ReadLog("--tail", "1"));
        Assert.Empty(ReadLog("--level", "Error"));
    }

    [Fact]
    public async Task Log_Follow_GivesWhatComesAndEndsWithItsInput()
    {
        Start("--listen", FreeAddress(), "--wait");
        using var follower = _cli.Start("service", "log", "--role", "analyzer", "--follow", "--until-input-ends", "--tail", "0", "--format", "json");
        var line = follower.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.False(line.IsCompleted);

        _cli.Run("service", "restart", "--role", "analyzer", "--wait");

        var entry = JsonSerializer.Deserialize((await line.AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken))!, ContractsJsonContext.Default.LogEntry)!;
        Assert.StartsWith("Ready: Analyzer", entry.Message, StringComparison.Ordinal);
        follower.StandardInput.Close();
        Assert.True(follower.WaitForExit(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Start_ThatEnds_TellsTheEndOfItsLog()
    {
        // The data folder is a file.
        File.WriteAllText(Path.Combine(_directory.Path, "data"), "x");

        var (code, _, error) = _cli.Run("service", "start", "--role", "analyzer", "--listen", FreeAddress(), "--wait", "--format", "json");

        Assert.Equal((70, "ServiceEnded"), (code, Fault(error).Code));
        Assert.Contains("exit code 70", Fault(error).Message, StringComparison.Ordinal);
        Assert.Contains("The service cannot run", Fault(error).Message, StringComparison.Ordinal);
        Assert.Equal("Exited", Assert.Single(List()).State);
    }

    [Fact]
    public void Start_ConfigurationNotValid_TellsAllOfIt()
    {
        string path = Path.Combine(_directory.Path, "bad.yml");
        File.WriteAllText(path, "flow.update: x\nflow.expire: y\n");

        var (code, _, error) = _cli.Run("service", "start", "--role", "analyzer", "-c", path, "--format", "json");

        Assert.Equal((78, "InvalidConfiguration"), (code, Fault(error).Code));
        Assert.Contains($"{path}:1:14", Fault(error).Message, StringComparison.Ordinal);
        Assert.Contains($"{path}:2:14", Fault(error).Message, StringComparison.Ordinal);
        Assert.Empty(List());
    }

    [Fact]
    public void Start_AddressTaken_IsRefused()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var (code, _, error) = _cli.Run("service", "start", "--role", "analyzer", "--listen", other.LocalEndpoint.ToString()!, "--wait", "--format", "json");

        Assert.Equal((70, "AddressInUse"), (code, Fault(error).Code));
        Assert.Empty(List());
    }

    [Fact]
    public void Stop_IdOfAnotherProcess_LeavesThatAlone()
    {
        var service = Start("--listen", FreeAddress(), "--wait");
        var record = JsonNode.Parse(File.ReadAllText(RecordPath))!;
        using var other = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        try
        {
            // As if the service had ended and its id been given to another.
            record["Pid"] = other.Id;
            File.WriteAllText(RecordPath, record.ToJsonString());
            Assert.Equal(("Exited", null), (List()[0].State, List()[0].Pid));
            Assert.Equal("Exited", Deserialize(_cli.Run("service", "stop", "--role", "analyzer", "--format", "json")).State);
            Assert.False(other.HasExited);

            // After another start of the system, even one of the same id and time is not it.
            record["Pid"] = service.Pid;
            record["BootId"] = Guid.NewGuid().ToString();
            File.WriteAllText(RecordPath, record.ToJsonString());
            Assert.Equal("Exited", List()[0].State);
        }
        finally
        {
            other.Kill();
            Shell.Run($"kill {service.Pid}");
            File.Delete(RecordPath);
        }
    }

    [Fact]
    public void Stop_OfOneThatDoesNotEnd_KillsOnDemandOnly()
    {
        var service = Start("--listen", FreeAddress(), "--wait");
        Shell.Run($"kill -STOP {service.Pid}");

        var (code, _, error) = _cli.Run("service", "stop", "--role", "analyzer", "--timeout", "0.2", "--format", "json");
        Assert.Equal((70, "OperationTimeout"), (code, Fault(error).Code));
        Assert.Equal(service.Pid, Assert.Single(List()).Pid);

        Assert.Equal("Stopped", Deserialize(_cli.Run("service", "stop", "--role", "analyzer", "--timeout", "0.2", "--force", "--format", "json")).State);
        Assert.Empty(List());
    }

    [Fact]
    public void Restart_ConfigurationNoLongerValid_LeavesTheServiceRunning()
    {
        string path = Path.Combine(_directory.Path, "skydive.yml");
        File.WriteAllText(path, $"analyzer.listen: {FreeAddress()}\n");
        var service = Start("-c", path, "--wait");
        File.WriteAllText(path, "flow.update: x\n");

        var (code, _, error) = _cli.Run("service", "restart", "--role", "analyzer", "--format", "json");

        Assert.Equal((78, "InvalidConfiguration"), (code, Fault(error).Code));
        Assert.Equal((service.Pid, "Running"), (List()[0].Pid, List()[0].State));
    }

    [Fact]
    public void Install_WritesTheUnitAndTellsSystemd()
    {
        Needs.Root();
        FakeSystemctl("exit 0");

        // Not into the system's folder: the role's unit must not be there already.
        Assert.False(File.Exists("/etc/systemd/system/skydive-analyzer.service"));
        try
        {
            var service = Deserialize(_cli.Run("service", "install", "--role", "analyzer", "--program", "/usr/bin/skydive", "--format", "json"));

            Assert.Equal(("Stopped", "skydive-analyzer.service", "/etc/systemd/system/skydive-analyzer.service"), (service.State, service.Unit, service.UnitPath));
            Assert.Equal(_cli.Run("unit", "--role", "analyzer", "--program", "/usr/bin/skydive").Output, File.ReadAllText(service.UnitPath!));
            Assert.Equal(["show --property=Version", "--no-ask-password daemon-reload", "--no-ask-password enable skydive-analyzer.service"], Told());

            FakeSystemctl("exit 0");
            Assert.Equal(0, _cli.Run("service", "uninstall", "--role", "analyzer").Code);
            Assert.False(File.Exists(service.UnitPath));
            Assert.Equal(["show --property=Version", "--no-ask-password disable --now skydive-analyzer.service", "--no-ask-password daemon-reload"], Told());
            Assert.Equal("ServiceNotFound", Fault(_cli.Run("service", "uninstall", "--role", "analyzer", "--format", "json").Error).Code);
        }
        finally
        {
            File.Delete("/etc/systemd/system/skydive-analyzer.service");
        }
    }

    [Fact]
    public void Install_IntoAFolder_TellsSystemdNothing()
    {
        string folder = Path.Combine(_directory.Path, "units");

        var service = Deserialize(_cli.Run("service", "install", "--role", "agent", "--unit-path", folder, "--capability", "net_raw", "--user", "probe", "--format", "json"));

        Assert.Equal(("Written", $"{folder}/skydive-agent.service"), (service.State, service.UnitPath));
        string text = File.ReadAllText(service.UnitPath!);
        Assert.Contains("\nCapabilityBoundingSet=CAP_NET_RAW\n", text, StringComparison.Ordinal);
        Assert.Contains("\nUser=probe\n", text, StringComparison.Ordinal);
        Assert.Empty(Told());
        Assert.Equal(0, _cli.Run("service", "uninstall", "--role", "agent", "--unit-path", folder).Code);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Install_WithoutSystemd_SaysSo()
    {
        FakeSystemctl("echo 'System has not been booted with systemd as init system (PID 1). Can not operate.' >&2; exit 1");

        var (code, _, error) = _cli.Run("service", "install", "--role", "analyzer", "--format", "json");

        Assert.Equal((70, "CapabilityMissing"), (code, Fault(error).Code));
        Assert.Contains("has not been booted with systemd", Fault(error).Message, StringComparison.Ordinal);
        Assert.NotNull(Fault(error).Advice);
    }

    [Fact]
    public void Units_AreListedStartedAndStopped()
    {
        FakeSystemctl(
            """
            case "$1" in
            show) printf 'Id=skydive-allinone.service\nLoadState=not-found\nActiveState=inactive\n\nId=skydive-analyzer.service\nMainPID=0\nLoadState=loaded\nActiveState=failed\nFragmentPath=/x/skydive-analyzer.service\nExecStart={ path=/usr/bin/skydive ; argv[]=/usr/bin/skydive analyzer -c /no/such.yml ; ignore_errors=no ; pid=0 }\n' ;;
            esac
            """);

        var unit = Assert.Single(List());
        Assert.Equal(("analyzer", "Failed", "skydive-analyzer.service", "/x/skydive-analyzer.service", null), (unit.Role, unit.State, unit.Unit, unit.UnitPath, unit.Pid));
        Assert.Equal(["/no/such.yml"], unit.Configuration);
        Assert.Equal("ServiceInstalled", Fault(_cli.Run("service", "start", "--role", "analyzer", "--listen", "127.0.0.1:1", "--format", "json").Error).Code);
        Assert.Equal(0, _cli.Run("service", "start", "--role", "analyzer").Code);
        Assert.Contains("--no-ask-password start skydive-analyzer.service", Told());
        Assert.Equal("ServiceEnded", Fault(_cli.Run("service", "start", "--role", "analyzer", "--wait", "--format", "json").Error).Code);
        Assert.Equal(0, _cli.Run("service", "stop", "--role", "analyzer").Code);
        Assert.Contains("--no-ask-password stop skydive-analyzer.service", Told());
        Tool("journalctl", """echo '{"__REALTIME_TIMESTAMP":"1000000","PRIORITY":"6","MESSAGE":"2026-03-01T03:12:00.123+00:00 fail: A[1] x"}'; echo "$@" >>"$(dirname "$0")/journal" """);
        Assert.Equal("x", Assert.Single(ReadLog("--tail", "5")).Message);
        Assert.Equal("--unit skydive-analyzer.service --output json --no-pager --lines 5", File.ReadAllText(Path.Combine(_directory.Path, "bin", "journal")).Trim());
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    private static CommandError Fault(string error) => JsonSerializer.Deserialize(error, ContractsJsonContext.Default.CommandError)!;

    private static LocalService Deserialize((int Code, string Output, string Error) answer)
    {
        Assert.True(answer.Code == 0, answer.Error);
        return Assert.Single(JsonSerializer.Deserialize(answer.Output, ContractsJsonContext.Default.IReadOnlyListLocalService)!);
    }

    private LocalService Start(params string[] arguments) => Deserialize(_cli.Run(["service", "start", "--role", "analyzer", "--format", "json", .. arguments]));

    private IReadOnlyList<LocalService> List()
    {
        var (code, output, error) = _cli.Run("service", "list", "--format", "json");
        Assert.True(code == 0, error);
        return JsonSerializer.Deserialize(output, ContractsJsonContext.Default.IReadOnlyListLocalService)!;
    }

    private List<LogEntry> ReadLog(params string[] arguments)
    {
        var (code, output, error) = _cli.Run(["service", "log", "--role", "analyzer", "--format", "json", .. arguments]);
        Assert.True(code == 0, error);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonSerializer.Deserialize(line, ContractsJsonContext.Default.LogEntry)!)];
    }

    private void FakeSystemctl(string body)
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "bin"));
        File.Delete(Path.Combine(_directory.Path, "bin", "told"));
        Tool("systemctl", $"echo \"$@\" >>\"$(dirname \"$0\")/told\"\n{body}");
    }

    private string[] Told() => File.Exists(Path.Combine(_directory.Path, "bin", "told")) ? File.ReadAllLines(Path.Combine(_directory.Path, "bin", "told")) : [];

    private void Tool(string name, string body)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_directory.Path, "bin")).FullName;
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
