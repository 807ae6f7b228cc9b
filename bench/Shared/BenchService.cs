using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Skydive.Bench;

/// <summary>A real service process with a data folder of its own, until disposed.</summary>
internal sealed class BenchService : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private BenchService(Process process, string folder, Uri address)
    {
        _process = process;
        _folder = folder;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Processor time that the service has used.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Memory that is resident now, and the most that ever was.</summary>
    public (double Now, double Peak) ResidentMiB
    {
        get
        {
            var lines = File.ReadLines($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/status").ToArray();
            double Of(string name) => double.Parse(
                lines.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':', 'k')[1].Trim().Split(' ')[0], CultureInfo.InvariantCulture) / 1024;
            return (Of("VmRSS:"), Of("VmHWM:"));
        }
    }

    /// <summary>Starts an analyzer and waits until it is ready.</summary>
    /// <param name="backend">Where history rests: sqlite or memory.</param>
    public static async Task<BenchService> StartAsync(string backend)
    {
        string folder = Directory.CreateTempSubdirectory("skydive-bench-").FullName;
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        var start = new ProcessStartInfo("dotnet", [ServiceProgram.Path, "analyzer"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SKYDIVE_ANALYZER_LISTEN"] = address.Authority;
        start.Environment["SKYDIVE_STORAGE_DATA_DIR"] = folder;
        start.Environment["SKYDIVE_ANALYZER_TOPOLOGY_BACKEND"] = backend;
        start.Environment["SKYDIVE_ANALYZER_FLOW_BACKEND"] = backend;
        var service = new BenchService(Process.Start(start)!, folder, address);
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = address };
        for (int i = 0; i < 600 && !service._process.HasExited; i++)
        {
            try
            {
                using var response = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
                if (response.IsSuccessStatusCode)
                {
                    return service;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            await Task.Delay(50);
        }

        service.Dispose();
        throw new InvalidOperationException("the service did not become ready");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
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
}
