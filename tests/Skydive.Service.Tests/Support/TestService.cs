using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Skydive.Client;

namespace Skydive.Service.Tests.Support;

/// <summary>The service as a process of its own, in a role, on free ports.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log;
    private readonly System.Security.Cryptography.X509Certificates.X509Certificate2? _certificate;

    private TestService(Process process, StringBuilder log, SkydiveClientOptions options)
    {
        _process = process;
        _log = log;
        _certificate = options.Certificate;
        Address = options.Address;
        Client = new(options);
    }

    public Uri Address { get; }

    public SkydiveClient Client { get; }

    public int ProcessId => _process.Id;

    public bool IsRunning => !_process.HasExited;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "Skydive.Service.dll");

    /// <param name="role">What it does.</param>
    /// <param name="dataDirectory">Where its state rests.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="at">Where it listens; a free port of the loopback address when not given.</param>
    /// <param name="asNobody">Whether it runs without rights.</param>
    /// <param name="options">How <see cref="Client"/> speaks with it; its address is taken from <paramref name="at"/>.</param>
    /// <param name="through">A command that runs it, such as one that enters a namespace; it is ready then when it says so.</param>
    public static async Task<TestService> StartAsync(
        string role,
        string dataDirectory,
        IReadOnlyDictionary<string, string>? settings = null,
        Uri? at = null,
        bool asNobody = false,
        SkydiveClientOptions? options = null,
        string[]? through = null)
    {
        var address = at ?? new Uri($"http://127.0.0.1:{FreePort()}");
        string[] command = asNobody ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "dotnet"] : [.. through ?? [], "dotnet"];
        var start = new ProcessStartInfo(command[0], [.. command[1..], Program, role]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment[role == "agent" ? "SKYDIVE_AGENT_LISTEN" : "SKYDIVE_ANALYZER_LISTEN"] = address.Authority;
        start.Environment["SKYDIVE_STORAGE_DATA_DIR"] = dataDirectory;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var log = new StringBuilder();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Append(log, line.Data);
        process.ErrorDataReceived += (_, line) => Append(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var service = new TestService(process, log, (options ?? new()) with { Address = address });
        await Wait.UntilAsync(
            async () => process.HasExited
                ? throw new InvalidOperationException($"the service ended with {process.ExitCode}: {service.Log}")
                : through is null ? await service.IsReadyAsync() : service.Log.Contains("Ready:", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60),
            () => service.Log);
        return service;
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to end, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _ = Kill(_process.Id, 15);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);

    private static void Append(StringBuilder log, string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }

    /// <summary>A port that nobody listens at.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var handler = new SocketsHttpHandler();
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
            handler.SslOptions.ClientCertificates = _certificate is { } certificate ? [certificate] : null;
            using var client = new HttpClient(handler);
            using var response = await client.GetAsync(new Uri(Address, "/readyz"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
