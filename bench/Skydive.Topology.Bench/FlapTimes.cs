using System.Diagnostics;

namespace Skydive.Topology.Bench;

/// <summary>When each of some links was seen to go down or up, in order. Safe for use by several threads at once.</summary>
internal sealed class FlapTimes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (bool IsUp, List<long> Times)> _links;

    /// <summary>Makes an empty record of links that are up.</summary>
    public FlapTimes(IEnumerable<string> names) => _links = names.ToDictionary(static name => name, static _ => (true, new List<long>()), StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _links.Values.Sum(static link => link.Times.Count);
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            foreach (var link in _links.Values)
            {
                link.Times.Clear();
            }
        }
    }

    /// <summary>A link was seen; what is as before counts for nothing.</summary>
    public void Add(string name, bool isUp, long timestamp)
    {
        lock (_lock)
        {
            if (_links.TryGetValue(name, out var link) && link.IsUp != isUp)
            {
                link.Times.Add(timestamp);
                _links[name] = (isUp, link.Times);
            }
        }
    }

    /// <summary>How much later another saw each change, in milliseconds, and how many he did not see.</summary>
    public (List<double> Milliseconds, int Missing) DelaysTo(FlapTimes other)
    {
        var delays = new List<double>();
        int missing = 0;
        foreach (var (name, (_, times)) in _links)
        {
            var later = other._links[name].Times;
            missing += Math.Abs(times.Count - later.Count);
            delays.AddRange(times.Zip(later, static (first, second) => Stopwatch.GetElapsedTime(first, second).TotalMilliseconds));
        }

        return (delays, missing);
    }
}
