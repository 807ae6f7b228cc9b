using System.Diagnostics;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Polling;
using Skydive.Linux.Route;

namespace Skydive.Topology.Bench;

/// <summary>Hears all that the kernel tells of the lab's namespaces, as the agent does, on a thread of its own.</summary>
internal sealed class KernelEvents : IDisposable
{
    private readonly DescriptorPoller _poller = new();
    private readonly List<RtnetlinkListener> _listeners = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _count;

    /// <summary>Begins to listen.</summary>
    /// <param name="lab">The namespaces; the first is the hub.</param>
    /// <param name="names">Links of the hub whose changes are timed.</param>
    public KernelEvents(HubLab lab, IEnumerable<string> names)
    {
        Times = new(names);
        foreach (string name in lab.Names)
        {
            using var place = NetworkNamespace.Open("/run/netns/" + name);
            var listener = RtnetlinkListener.Open(
                place, RtnetlinkGroups.Links | RtnetlinkGroups.Addresses | RtnetlinkGroups.Routes | RtnetlinkGroups.Neighbours | RtnetlinkGroups.NextHops);
            _poller.Add(listener.Descriptor!, (ulong)_listeners.Count);
            _listeners.Add(listener);
        }

        _thread = new(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>When links went down and up.</summary>
    public FlapTimes Times { get; }

    /// <summary>How many events there were.</summary>
    public long Count => Volatile.Read(ref _count);

    public void Clear()
    {
        Times.Clear();
        Volatile.Write(ref _count, 0);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _listeners.ForEach(static listener => listener.Dispose());
        _poller.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        ulong[] keys = new ulong[64];
        var events = new List<RtnetlinkEvent>();
        while (_poller.Wait(keys, out int count, Timeout.InfiniteTimeSpan, _stop.Token) != WaitOutcome.Cancelled)
        {
            foreach (ulong key in keys.AsSpan(0, count))
            {
                events.Clear();
                _listeners[(int)key].TryReceive(events);
                long now = Stopwatch.GetTimestamp();
                Interlocked.Add(ref _count, events.Count);
                foreach (var rtnetlinkEvent in events)
                {
                    if (key == 0 && rtnetlinkEvent is { Kind: RtnetlinkEventKind.LinkSet, Link: { } link })
                    {
                        Times.Add(link.Name, (link.Flags & LinkFlags.Up) != 0, now);
                    }
                }
            }
        }
    }
}
