using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Skydive.Build;

/// <summary>An all-in-one service of our own, with a data folder of its own, until disposed.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private ServiceProcess(Process process, string folder, Uri address, string logPath)
    {
        _process = process;
        _folder = folder;
        Address = address;
        LogPath = logPath;
    }

    public Uri Address { get; }

    public string LogPath { get; }

    /// <summary>Starts the service and waits until it is ready.</summary>
    public static ServiceProcess Start(IReadOnlyDictionary<string, string>? settings = null)
    {
        string folder = Directory.CreateTempSubdirectory("skydive-").FullName;
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        string log = Path.Combine(folder, "service.log");
        var environment = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["SKYDIVE_ANALYZER_LISTEN"] = address.Authority,
            ["SKYDIVE_STORAGE_DATA_DIR"] = Path.Combine(folder, "data"),
        };
        var process = Command.Start("dotnet", [Path.Combine(Repository.Service, "Skydive.Service.dll"), "allinone"], environment, redirect: true);
        var writer = TextWriter.Synchronized(new StreamWriter(log) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => writer.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => writer.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var service = new ServiceProcess(process, folder, address, log);
        service.WaitUntilReady();
        return service;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            // SIGTERM, as systemd would; what does not heed it is killed.
            Command.Run("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            {
                _process.Kill();
                _process.WaitForExit();
            }
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilReady()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < TimeSpan.FromSeconds(30) && !_process.HasExited)
        {
            try
            {
                using var response = client.GetAsync(new Uri(Address, "/readyz")).GetAwaiter().GetResult();
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not there yet.
            }

            Thread.Sleep(50);
        }

        string log = File.ReadAllText(LogPath);
        Dispose();
        throw new TaskFailedException($"the service did not become ready:\n{log}");
    }
}
