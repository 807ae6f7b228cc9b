using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Skydive.Contracts.Services;
using Skydive.Linux;
using Skydive.Linux.Processes;
using Skydive.Service.Commands;
using Skydive.Service.Hosting;

namespace Skydive.Service.LocalServices;

/// <summary>Starts, stops and finds services on this host: those in the background, which are remembered, and units of systemd.</summary>
internal sealed class ServiceController(IReadOnlyDictionary<string, string> environment)
{
    private const int ShownLogLines = 10;

    private static readonly TimeSpan s_pollTime = TimeSpan.FromMilliseconds(50);

    private readonly ServiceRecords _records = new(environment);

    /// <summary>The services of roles, those that are remembered first.</summary>
    public async Task<IReadOnlyList<LocalService>> ListAsync(IReadOnlyList<string> roles, CancellationToken cancellationToken)
    {
        using var readiness = new Readiness();
        var services = new List<LocalService>();
        foreach (string role in roles)
        {
            if (_records.Find(role) is { } record)
            {
                services.Add(await DescribeAsync(record, readiness, cancellationToken).ConfigureAwait(false));
            }
        }

        foreach (var unit in Systemd.List(roles))
        {
            services.Add(await CompleteAsync(unit, readiness, cancellationToken).ConfigureAwait(false));
        }

        return services;
    }

    /// <summary>Starts a service: its unit when there is one, else in the background.</summary>
    /// <exception cref="CommandException">It runs already, its configuration is not valid, or it ends instead of becoming ready.</exception>
    public async Task<LocalService> StartAsync(StartRequest request, CancellationToken cancellationToken)
    {
        string role = request.RoleName;
        if (Systemd.List([role]) is [var unit])
        {
            return await StartUnitAsync(unit, request, cancellationToken).ConfigureAwait(false);
        }

        using var held = Hold(role);
        if (_records.Find(role) is { } old && ServiceRecords.Open(old) is { } running)
        {
            running.Dispose();
            throw new CommandException("ServiceRunning", $"a service {role} runs already: process {old.Pid}, {old.Endpoint}", "Stop or restart it.");
        }

        var settings = SettingsOf(request);
        string endpoint = CheckConfiguration(request, settings);
        if (await IsTakenAsync(endpoint, cancellationToken).ConfigureAwait(false))
        {
            throw new CommandException("AddressInUse", $"another program serves {endpoint} already", "Choose another address (-ListenAddress, --listen), or end the other program.");
        }

        string log = _records.PrepareLog(role);
        long logStart = File.Exists(log) ? new FileInfo(log).Length : 0;
        using var process = ServiceProgram.Start([role, .. request.Configuration.SelectMany(static file => new[] { "-c", Path.GetFullPath(file) })], settings, log);
        var record = new ServiceRecord
        {
            Role = role,
            Pid = process.Id,
            StartTicks = ProcessHandle.ReadStartTicks(process.Id) ?? 0,
            BootId = ServiceRecords.BootId,
            Since = DateTimeOffset.Now,
            Endpoint = endpoint,
            Configuration = [.. request.Configuration.Select(Path.GetFullPath)],
            Probes = request.Probes,
            Listen = request.Listen,
            Log = log,
        };
        _records.Save(record);
        if (request.Wait is { } patience)
        {
            await WaitAsync(record, process, patience, logStart, cancellationToken).ConfigureAwait(false);
        }

        using var readiness = new Readiness();
        return await DescribeAsync(record, readiness, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops a service in the orderly way.</summary>
    /// <param name="role">Its role.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="isForced">Whether it is killed when it takes longer.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>What was stopped, and how it was started.</returns>
    /// <exception cref="CommandException">None runs, it belongs to another user, or it takes longer.</exception>
    public (LocalService Service, ServiceRecord? Record) Stop(string role, TimeSpan patience, bool isForced, CancellationToken cancellationToken)
    {
        using var held = Hold(role);
        if (_records.Find(role) is not { } record)
        {
            if (Systemd.List([role]) is [var unit])
            {
                Systemd.Change("stop", unit.Unit!);
                return (unit with { State = LocalServiceStates.Stopped, Pid = null }, null);
            }

            throw new CommandException("ServiceNotFound", $"no service {role} was started here, and no unit of it is installed", "Get-SkydiveService and skydive service list show those that are known.");
        }

        using var process = ServiceRecords.Open(record);
        try
        {
            if (process is not null && process.Signal(ProcessHandle.Terminate) && !process.WaitForExit(patience, cancellationToken))
            {
                if (!isForced)
                {
                    throw new CommandException(
                        "OperationTimeout",
                        string.Create(CultureInfo.InvariantCulture, $"the service {role} (process {record.Pid}) did not end within {patience.TotalSeconds:0.#} s"),
                        "Give it more time (-TimeoutSeconds, --timeout), or kill it (-Force, --force), which loses what it has not stored.");
                }

                process.Signal(ProcessHandle.Kill);
                process.WaitForExit(TimeSpan.FromSeconds(10), CancellationToken.None);
            }
        }
        catch (LinuxException e)
        {
            throw new CommandException("AccessDenied", $"the service {role} (process {record.Pid}) cannot be stopped: {e.Message}", "Stop it as the user that it runs as, or as root.");
        }

        _records.Remove(role);
        return (new()
        {
            Role = role,
            State = process is null ? LocalServiceStates.Exited : LocalServiceStates.Stopped,
            Endpoints = [record.Endpoint],
            Configuration = record.Configuration,
            Log = record.Log,
        }, record);
    }

    /// <summary>Stops a service and starts it as it was started.</summary>
    public async Task<LocalService> RestartAsync(string role, Role value, TimeSpan patience, bool isForced, TimeSpan? wait, CancellationToken cancellationToken)
    {
        if (_records.Find(role) is { } known)
        {
            // A file that is no longer valid must not cost the service that runs.
            var request = RequestOf(known);
            CheckConfiguration(request, SettingsOf(request));
        }

        var (service, record) = Stop(role, patience, isForced, cancellationToken);
        return await StartAsync(
            record is null ? new() { Role = value, Wait = wait } : RequestOf(record) with { Wait = wait }, cancellationToken).ConfigureAwait(false);

        StartRequest RequestOf(ServiceRecord from) => new() { Role = value, Configuration = from.Configuration, Probes = from.Probes, Listen = from.Listen };
    }

    /// <summary>The log of a role.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public IAsyncEnumerable<LogEntry> ReadLog(string role, LogReader reader, CancellationToken cancellationToken)
    {
        string path = _records.LogOf(role);
        bool isRemembered = _records.Find(role) is not null;
        return !isRemembered && Systemd.List([role]) is [var unit] ? reader.ReadJournalAsync(unit.Unit!, cancellationToken)
            : File.Exists(path) ? reader.ReadFileAsync(path, cancellationToken)
            : throw new CommandException("ServiceNotFound", $"there is no log of a service {role}: none was started here, and no unit of it is installed");
    }

    private static Dictionary<string, string> SettingsOf(StartRequest request)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (request.Listen is not null)
        {
            settings[request.Role == Role.Agent ? "SKYDIVE_AGENT_LISTEN" : "SKYDIVE_ANALYZER_LISTEN"] = request.Listen;
        }

        if (request.Probes is not null)
        {
            settings["SKYDIVE_AGENT_TOPOLOGY_PROBES"] = string.Join(' ', request.Probes);
        }

        return settings;
    }

    /// <summary>The address of a service that starts so.</summary>
    private string CheckConfiguration(StartRequest request, Dictionary<string, string> settings)
    {
        var all = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var options = ServiceOptions.Load(request.Role, request.Configuration, all, out var problems);
        return options is null
            ? throw new CommandException(
                "InvalidConfiguration",
                string.Join("; ", problems.Where(static problem => problem.IsError).Select(static problem => $"{problem.Where}: {problem.Message}")),
                "Test-SkydiveConfiguration and skydive config test tell all that is wrong with a file.",
                CommandSettings.ConfigurationError)
            : EndpointOf(options);
    }

    private static string EndpointOf(ServiceOptions options)
    {
        var listen = options.Listen;
        var address = IPAddress.Any.Equals(listen.Address) ? IPAddress.Loopback : IPAddress.IPv6Any.Equals(listen.Address) ? IPAddress.IPv6Loopback : listen.Address;
        string scheme = options.Configuration.GetText("tls.server_cert") is null ? "http" : "https";
        return $"{scheme}://{new IPEndPoint(address, listen.Port)}";
    }

    private static async Task WaitAsync(ServiceRecord record, Process process, TimeSpan patience, long logStart, CancellationToken cancellationToken)
    {
        using var readiness = new Readiness();
        var watch = Stopwatch.StartNew();
        while (!await readiness.AskAsync(record.Endpoint, cancellationToken).ConfigureAwait(false))
        {
            if (process.HasExited)
            {
                throw Ended(record, process.ExitCode, logStart);
            }

            if (watch.Elapsed > patience)
            {
                throw new CommandException(
                    "OperationTimeout",
                    string.Create(CultureInfo.InvariantCulture, $"the service {record.Role} (process {record.Pid}) is not ready after {patience.TotalSeconds:0.#} s; it goes on starting. Its log ends: {LastLines(record.Log, logStart)}"));
            }

            await Task.Delay(s_pollTime, cancellationToken).ConfigureAwait(false);
        }
    }

    // The service would end by itself then; whoever asks at the address meanwhile would take the other for it.
    private static async Task<bool> IsTakenAsync(string endpoint, CancellationToken cancellationToken)
    {
        var uri = new Uri(endpoint);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(uri.Host, uri.Port, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static CommandException Ended(ServiceRecord record, int code, long logStart) => new(
        "ServiceEnded", string.Create(CultureInfo.InvariantCulture, $"the service {record.Role} ended with exit code {code}. Its log says: {LastLines(record.Log, logStart)}"), $"The whole log is in {record.Log}.");

    private static string LastLines(string path, long start)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = Math.Min(start, stream.Length);
        using var reader = new StreamReader(stream);
        string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "nothing" : string.Join(" | ", lines.TakeLast(ShownLogLines));
    }

    private static async Task<LocalService> DescribeAsync(ServiceRecord record, Readiness readiness, CancellationToken cancellationToken)
    {
        var service = new LocalService
        {
            Role = record.Role,
            State = LocalServiceStates.Exited,
            Endpoints = [record.Endpoint],
            Configuration = record.Configuration,
            Log = record.Log,
        };
        using var process = ServiceRecords.Open(record);
        return process is null ? service : service with
        {
            Pid = record.Pid,
            Since = record.Since,
            MemoryBytes = ReadMemory(record.Pid),
            State = await readiness.AskAsync(record.Endpoint, cancellationToken).ConfigureAwait(false) ? LocalServiceStates.Running : LocalServiceStates.Starting,
        };
    }

    private async Task<LocalService> CompleteAsync(LocalService unit, Readiness readiness, CancellationToken cancellationToken)
    {
        var options = ServiceOptions.Load(CommandSettings.Roles[unit.Role], unit.Configuration, new Dictionary<string, string>(), out _);
        string? endpoint = options is null ? null : EndpointOf(options);
        var completed = unit with
        {
            Endpoints = endpoint is null ? [] : [endpoint],
            MemoryBytes = unit.Pid is { } pid ? ReadMemory(pid) : null,
            Since = unit.Pid is { } process ? ReadSince(process) : null,
        };
        return unit.State == LocalServiceStates.Running && endpoint is not null && !await readiness.AskAsync(endpoint, cancellationToken).ConfigureAwait(false)
            ? completed with { State = LocalServiceStates.Starting } : completed;
    }

    private async Task<LocalService> StartUnitAsync(LocalService unit, StartRequest request, CancellationToken cancellationToken)
    {
        if (request.Configuration.Count > 0 || request.Probes is not null || request.Listen is not null)
        {
            throw new CommandException(
                "ServiceInstalled", $"the unit {unit.Unit} is installed, and what it is started with stands in {unit.UnitPath}", "Start it without further options, change its configuration file, or install it anew.");
        }

        if (unit.State is LocalServiceStates.Running or LocalServiceStates.Starting)
        {
            throw new CommandException("ServiceRunning", $"the unit {unit.Unit} runs already: process {unit.Pid}", "Stop or restart it.");
        }

        Systemd.Change("start", unit.Unit!);
        using var readiness = new Readiness();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var now = Systemd.List([unit.Role]) is [var found] ? await CompleteAsync(found, readiness, cancellationToken).ConfigureAwait(false) : unit;
            if (request.Wait is not { } patience || now.State == LocalServiceStates.Running)
            {
                return now;
            }

            if (now.State is LocalServiceStates.Failed or LocalServiceStates.Stopped || watch.Elapsed > patience)
            {
                throw new CommandException(
                    now.State == LocalServiceStates.Starting ? "OperationTimeout" : "ServiceEnded",
                    string.Create(CultureInfo.InvariantCulture, $"the unit {unit.Unit} is not ready after {watch.Elapsed.TotalSeconds:0.#} s: {now.State}"),
                    "Get-SkydiveServiceLog and skydive service log show why.");
            }

            await Task.Delay(s_pollTime, cancellationToken).ConfigureAwait(false);
        }
    }

    private IDisposable Hold(string role)
    {
        try
        {
            return _records.Lock(role);
        }
        catch (IOException e)
        {
            throw new CommandException("ServiceBusy", $"the service {role} is being started or stopped by another: {e.Message}", "Try again in a moment.");
        }
    }

    private static long? ReadMemory(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.WorkingSet64;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static DateTimeOffset? ReadSince(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.StartTime;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
