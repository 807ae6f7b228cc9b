using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Metadata;
using Skydive.Linux;
using Skydive.Linux.Ethtool;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// Asks drivers, which take their time, on a thread of its own: once for each interface, all of a namespace at once where there are several,
/// and again when the kernel tells that features changed. What it learns it reports, many at a time.
/// </summary>
internal sealed partial class LinkInspector : IDisposable
{
    /// <summary>All interfaces of a namespace are asked for at once when one in so many is asked for: an answer for all takes less for each of them.</summary>
    private const int LinksPerRequest = 4;

    /// <summary>So few are asked for one by one in any case.</summary>
    private const int FewLinks = 3;

    /// <summary>About as many interfaces as one report holds.</summary>
    private const int ReportSize = 512;

    /// <summary>Whoever makes one interface mostly makes others next.</summary>
    private static readonly TimeSpan s_gatherTime = TimeSpan.FromMilliseconds(100);

    private readonly Action<InspectionReport> _report;
    private readonly PciFunctions _functions;
    private readonly ILogger _logger;
    private readonly DescriptorPoller _poller = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Queue<InspectionRequest> _requests = [];
    private readonly Queue<ulong> _forgotten = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Belong to the thread.
    private readonly Dictionary<ulong, EthtoolListener?> _listeners = [];
    private readonly ConditionalWeakTable<EthtoolFeatures, MetadataMap> _features = [];
    private int _isDisposed;

    /// <summary>Makes an inspector that does nothing yet.</summary>
    /// <param name="report">Takes what was learnt, in the inspector's thread.</param>
    /// <param name="functions">Finds virtual functions.</param>
    /// <param name="logger">Told of what goes wrong.</param>
    public LinkInspector(Action<InspectionReport> report, PciFunctions functions, ILogger logger)
    {
        _report = report;
        _functions = functions;
        _logger = logger;
    }

    /// <summary>Ends when the inspector is disposed, or fails with what broke it.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "link inspector" }.Start();

    /// <summary>Has interfaces asked for. Safe to call from any thread.</summary>
    public void Request(IReadOnlyList<InspectionRequest> requests)
    {
        lock (_lock)
        {
            foreach (var request in requests)
            {
                _requests.Enqueue(request);
            }
        }

        _poller.Wake();
    }

    /// <summary>Forgets a namespace. Safe to call from any thread.</summary>
    /// <param name="namespaceKey">Its number.</param>
    public void Forget(ulong namespaceKey)
    {
        lock (_lock)
        {
            _forgotten.Enqueue(namespaceKey);
        }

        _poller.Wake();
    }

    /// <summary>Ends the thread and closes all sockets. Only for one that was started.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _stop.Cancel();
        _completion.Task.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _poller.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        Exception? fault = null;
        try
        {
            ulong[] keys = new ulong[64];
            var events = new List<EthtoolEvent>();
            while (_poller.Wait(keys, out int count, Timeout.InfiniteTimeSpan, _stop.Token) != WaitOutcome.Cancelled)
            {
                Listen(keys.AsSpan(0, count), events);
                Inspect();
                CloseForgotten();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed in the middle of a request to the kernel.
        }
#pragma warning disable CA1031 // Whatever breaks the inspector is handed to whoever watches its completion, and ends the process there.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = e;
        }

        foreach (var listener in _listeners.Values)
        {
            listener?.Dispose();
        }

        _ = fault is null ? _completion.TrySetResult() : _completion.TrySetException(fault);
    }

    private void Listen(ReadOnlySpan<ulong> keys, List<EthtoolEvent> events)
    {
        var report = new InspectionReport();
        foreach (ulong key in keys)
        {
            if (_listeners.GetValueOrDefault(key) is not { } listener)
            {
                continue;
            }

            events.Clear();
            NetlinkReceiveStatus status;
            while ((status = listener.TryReceive(events)) == NetlinkReceiveStatus.Messages && events.Count < ReportSize)
            {
            }

            if (status == NetlinkReceiveStatus.Overrun)
            {
                report.Lost.Add(key);
                continue;
            }

            foreach (var ethtoolEvent in events)
            {
                if (ethtoolEvent.Features is { } changed)
                {
                    report.Features.Add((key, changed.Index, MapOf(changed.Features)));
                }
            }
        }

        if (!report.IsEmpty)
        {
            _report(report);
        }
    }

    private void Inspect()
    {
        lock (_lock)
        {
            if (_requests.Count == 0)
            {
                return;
            }
        }

        // Ends at once when the inspector is disposed.
        _stop.Token.WaitHandle.WaitOne(s_gatherTime);
        InspectionRequest[] requests;
        lock (_lock)
        {
            requests = [.. _requests];
            _requests.Clear();
        }

        var report = new InspectionReport();
        foreach (var group in requests.GroupBy(static request => request.NamespaceKey))
        {
            _stop.Token.ThrowIfCancellationRequested();
            Inspect(group.Key, [.. group.DistinctBy(static request => request.Link)], report);
            if (report.Facts.Count >= ReportSize)
            {
                _report(report);
                report = new();
            }
        }

        if (!report.IsEmpty)
        {
            _report(report);
        }
    }

    private void Inspect(ulong key, InspectionRequest[] requests, InspectionReport report)
    {
        try
        {
            using var client = Open(key, requests[0].Namespace);
            Dictionary<int, EthtoolFeatures>? features = null;
            Dictionary<int, LinkSettings>? settings = null;
            if (requests.Length > FewLinks && requests.Length >= requests[^1].LinkCount / LinksPerRequest)
            {
                features = client.DumpFeatures(_stop.Token).ToDictionary(static entry => entry.Index, static entry => entry.Features);
                settings = client.DumpLinkSettings(_stop.Token).ToDictionary(static entry => entry.Index);
            }

            foreach (var request in requests)
            {
                report.Facts.Add((request.Link, Read(client, request, features, settings)));
            }
        }
        catch (ObjectDisposedException)
        {
            // The namespace is no longer watched.
        }
        catch (LinuxException e)
        {
            LogFailed(_logger, requests[0].Namespace.Path, e.Message);

            // What is known is that there is nothing to be had.
            report.Facts.AddRange(requests.Select(static request => (request.Link, new LinkFacts())));
        }
    }

    private LinkFacts Read(
        EthtoolClient client, InspectionRequest request, Dictionary<int, EthtoolFeatures>? allFeatures, Dictionary<int, LinkSettings>? allSettings)
    {
        if (request.IsLoopback)
        {
            return new();
        }

        client.TryGetDriver(request.Name, out var driver);
        EthtoolFeatures? features;
        LinkSettings? settings;
        if (allFeatures is not null && allSettings is not null)
        {
            features = allFeatures.GetValueOrDefault(request.Index);
            settings = allSettings.GetValueOrDefault(request.Index);
        }
        else
        {
            client.TryGetFeatures(request.Name, out features);
            client.TryGetLinkSettings(request.Name, out settings);
        }

        var physical = driver is null ? null : _functions.Find(driver.BusInfo);
        return new()
        {
            Driver = driver?.Driver ?? string.Empty,
            BusInfo = driver?.BusInfo,
            BitsPerSecond = settings?.BitsPerSecond,
            Duplex = settings?.Duplex switch
            {
                Duplex.Full => "full",
                Duplex.Half => "half",
                _ => null,
            },
            Features = features is null ? null : MapOf(features),
            PhysicalFunction = physical?.Address,
            VirtualFunctionId = physical?.Id ?? 0,
        };
    }

    /// <summary>Features as metadata; equal sets are one object, of which the map is kept.</summary>
    private MetadataMap MapOf(EthtoolFeatures features) => _features.GetValue(features, static features =>
    {
        var builder = new MetadataBuilder();
        foreach (var (name, isOn) in features)
        {
            builder.Set(name, isOn);
        }

        return builder.Build();
    });

    /// <summary>Opens a socket for questions. The one for changes is opened before they are asked, so that no change comes unnoticed in between.</summary>
    private EthtoolClient Open(ulong key, NetworkNamespace networkNamespace) => _listeners.ContainsKey(key)
        ? EthtoolClient.Open(networkNamespace)
        : networkNamespace.Run((Inspector: this, key, networkNamespace), static request =>
        {
            // Entered once: what is opened inside nests.
            var client = EthtoolClient.Open(request.networkNamespace);
            try
            {
                request.Inspector.Listen(request.key, client.OpenListener(request.networkNamespace));
                return client;
            }
            catch
            {
                client.Dispose();
                throw;
            }
        });

    private void Listen(ulong key, EthtoolListener? listener)
    {
        _listeners.Add(key, listener);
        if (listener?.Descriptor is { } descriptor)
        {
            _poller.Add(descriptor, key);
        }
    }

    private void CloseForgotten()
    {
        lock (_lock)
        {
            while (_forgotten.TryDequeue(out ulong key))
            {
                if (_listeners.Remove(key, out var listener) && listener is not null)
                {
                    _poller.Remove(listener.Descriptor!);
                    listener.Dispose();
                }
            }
        }
    }

    [LoggerMessage(1005, LogLevel.Warning, "Drivers of interfaces in {Path} could not be asked: {Reason}")]
    private static partial void LogFailed(ILogger logger, string path, string reason);
}
