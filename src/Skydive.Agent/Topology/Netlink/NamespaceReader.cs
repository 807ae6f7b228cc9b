using System.Runtime.ExceptionServices;
using Skydive.Graph;
using Skydive.Linux;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// Opens namespaces and reads what is in them for the first time, on several processors where there are many. What comes of it is ready to be
/// written into the graph.
/// </summary>
internal sealed class NamespaceReader(string hostNodeId, string? hostTid, CancellationToken cancellationToken)
{
    private const int MaximumThreads = 4;

    /// <summary>How many namespaces one thread takes at a time. A thread enters one namespace after another, and comes home after these.</summary>
    private const int BatchSize = 8;

    private ulong _nextKey;

    /// <summary>Opens the socket for the events of a namespace.</summary>
    public required Func<NetworkNamespace, RtnetlinkListener> OpenListener { get; init; }

    /// <summary>The topology identifier of a namespace; null when that of the host is not known.</summary>
    /// <param name="path">Where the namespace was found.</param>
    public string? DeriveTid(string path) => hostTid is null ? null : TidHook.DeriveNamespace(hostTid, path);

    /// <summary>Opens and reads.</summary>
    /// <param name="sources">The namespaces.</param>
    /// <param name="changes">Receives what the graph has to show.</param>
    /// <returns>What came of each, in the order of the sources.</returns>
    public IReadOnlyList<NamespaceReading> Read(IReadOnlyList<NamespaceSource> sources, TopologyChanges changes)
    {
        NamespaceReading[] readings = [.. sources.Select(static source => new NamespaceReading(source))];
        ulong firstKey = _nextKey;
        _nextKey += (ulong)readings.Length;
        int next = 0;
        int threads = Math.Clamp((readings.Length + BatchSize - 1) / BatchSize, 1, Math.Min(MaximumThreads, Environment.ProcessorCount));
        var found = new TopologyChanges[threads];
        var faults = new Exception?[threads];
        Thread[] helpers = [.. Enumerable.Range(1, threads - 1).Select(number => new Thread(() => Work(number)) { IsBackground = true, Name = "netlink reader" })];
        foreach (var helper in helpers)
        {
            helper.Start();
        }

        Work(0);
        foreach (var helper in helpers)
        {
            helper.Join();
        }

        if (Array.Find(faults, static fault => fault is not null) is { } broken)
        {
            foreach (var reading in readings)
            {
                reading.Kernel?.Dispose();
                reading.Source.Namespace.Dispose();
            }

            ExceptionDispatchInfo.Throw(broken);
        }

        foreach (var part in found)
        {
            changes.Add(part);
        }

        return readings;

        void Work(int number)
        {
            var part = found[number] = new();
            try
            {
                for (int start; (start = Interlocked.Add(ref next, BatchSize) - BatchSize) < readings.Length;)
                {
                    Read(readings.AsSpan(start, Math.Min(BatchSize, readings.Length - start)), firstKey + (ulong)start, part);
                }
            }
#pragma warning disable CA1031 // Thrown again in the thread that waits.
            catch (Exception e)
#pragma warning restore CA1031
            {
                faults[number] = e;
            }
        }
    }

    private void Read(Span<NamespaceReading> readings, ulong firstKey, TopologyChanges changes)
    {
        Open(readings.ToArray());
        var updater = new NamespaceUpdater(changes);
        for (int i = 0; i < readings.Length; i++)
        {
            var reading = readings[i];
            if (reading.Kernel is not { } kernel)
            {
                continue;
            }

            var source = reading.Source;
            var state = new NamespaceState(firstKey + (ulong)i, source.Namespace.Id, source.Name, source.Path, source.Manager, kernel)
            {
                NodeId = source.IsHost ? hostNodeId : Identifiers.Random(),
                Tid = source.IsHost ? hostTid : DeriveTid(source.Path),
            };
            reading.State = state;
            changes.Added.Add(state);
            try
            {
                updater.Apply(state, kernel.Read(cancellationToken));
                foreach (var link in state.Links.Values)
                {
                    LinkMetadata.Prepare(link);
                }
            }
            catch (NetlinkException e)
            {
                reading.ReadFailure = e;
            }
        }
    }

    /// <summary>Opens some namespaces. The thread that enters them enters one from the other, and changes no thread for that.</summary>
    private void Open(NamespaceReading[] readings)
    {
        try
        {
            readings[0].Source.Namespace.Run((Reader: this, Readings: readings), static request =>
            {
                foreach (var reading in request.Readings)
                {
                    request.Reader.Open(reading);
                }

                return true;
            });
        }
        catch (LinuxException)
        {
            // The first cannot be entered, which says nothing of the others.
            foreach (var reading in readings)
            {
                if (reading.Kernel is null && reading.Refusal is null)
                {
                    Open(reading);
                }
            }
        }
    }

    private void Open(NamespaceReading reading)
    {
        try
        {
            reading.Kernel = NamespaceKernel.Open(reading.Source.Namespace, OpenListener);
        }
        catch (LinuxException e)
        {
            reading.Refusal = e;
            reading.Source.Namespace.Dispose();
        }
    }
}
