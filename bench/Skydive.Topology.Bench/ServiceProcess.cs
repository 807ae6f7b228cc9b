using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Skydive.Bench;
using Skydive.Client;

namespace Skydive.Topology.Bench;

/// <summary>The service as a process of its own, with a data directory of its own.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _data;

    private ServiceProcess(Process process, DirectoryInfo data, Uri address)
    {
        _process = process;
        _data = data;
        Address = address;
        Client = new(new SkydiveClientOptions { Address = address });
    }

    public Uri Address { get; }

    public SkydiveClient Client { get; }

    /// <summary>Processor time that it has used.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public double ResidentMebibytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Starts it, and waits until it is ready.</summary>
    /// <param name="role">What it is to be.</param>
    /// <param name="analyzer">The analyzer of an agent; null for none.</param>
    public static async Task<ServiceProcess> StartAsync(string role, Uri? analyzer = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();
        var data = Directory.CreateTempSubdirectory("skydive-bench-");
        var start = new ProcessStartInfo("dotnet", [ServiceProgram.Path, role]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment[role == "agent" ? "SKYDIVE_AGENT_LISTEN" : "SKYDIVE_ANALYZER_LISTEN"] = address.Authority;
        start.Environment["SKYDIVE_STORAGE_DATA_DIR"] = data.FullName;
        start.Environment["SKYDIVE_HOST_ID"] = "bench";
        if (analyzer is not null)
        {
            start.Environment["SKYDIVE_ANALYZERS"] = analyzer.Authority;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var service = new ServiceProcess(process, data, address);
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(address, "/readyz"));
                if (response.IsSuccessStatusCode)
                {
                    return service;
                }
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Waits until the graph of an analyzer has as many nodes as wanted.</summary>
    public async Task UntilNodesAsync(Func<int, bool> isWanted)
    {
        while (!isWanted((await Client.GetStatusAsync(CancellationToken.None)).NodeCount))
        {
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data.Delete(recursive: true);
    }
}
