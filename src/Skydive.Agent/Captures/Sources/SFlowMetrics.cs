using System.Globalization;
using System.Net;
using Skydive.Contracts.Metadata;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// Counters that exporters of sFlow sent, as a node shows them under <c>SFlow</c>: <c>IfMetrics</c> by the index of the interface, <c>Metric</c> the
/// sum of all sources, <c>LastUpdateMetric</c> what they counted from <c>Start</c> to <c>Last</c> (milliseconds since 1970-01-01 UTC). An index that two
/// devices have is written as <c>index@device</c> for the second one, with <c>-</c> for each point. Safe for use by several threads at once.
/// </summary>
internal sealed class SFlowMetrics
{
    /// <summary>Sources beyond these are left out and counted in <c>IfMetricsOmitted</c>.</summary>
    private const int MaximumSources = 1024;
    private const string Start = "Start";
    private const string Last = "Last";

    private static readonly bool[] s_isWide = [.. SFlowCounters.Names.Select(static name => name.EndsWith("Octets", StringComparison.Ordinal) || name.StartsWith("OvsAppMem", StringComparison.Ordinal))];

    // What goes up and down: the difference of two values is one too.
    private static readonly bool[] s_isGauge = [.. SFlowCounters.Names.Select(static name => name is "OvsDpNFlows" or "OvsDpNMasks" || name.StartsWith("OvsApp", StringComparison.Ordinal))];

    private readonly Lock _gate = new();
    private readonly Dictionary<SFlowCounterSource, Entry> _entries = [];
    private readonly Dictionary<string, IPAddress> _keys = new(StringComparer.Ordinal);
    private readonly long?[] _window = new long?[SFlowCounters.Names.Count];
    private long _omitted;
    private long _newest;
    private long? _windowStart;
    private long _windowEnd;
    private MetadataMap? _lastUpdate;
    private MetadataMap? _built;

    /// <summary>Takes a sample.</summary>
    /// <param name="source">What it is of.</param>
    /// <param name="sequence">Its number among those of the source.</param>
    /// <param name="counters">The counters that it has.</param>
    /// <param name="now">When it came, in milliseconds since 1970-01-01 UTC.</param>
    public void Take(SFlowCounterSource source, uint sequence, SFlowCounters counters, long now)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(source, out var entry))
            {
                if (_entries.Count == MaximumSources)
                {
                    _omitted++;
                    _built = null;
                    return;
                }

                _entries[source] = entry = new(KeyFor(source));
            }

            bool isNew = entry.TakenAt == 0;
            bool hasChanged = false;
            for (int i = 0; i < _window.Length; i++)
            {
                if (counters[i] is not { } value || entry.Values[i] == value)
                {
                    continue;
                }

                if (entry.Values[i] is { } before)
                {
                    _window[i] = (_window[i] ?? 0) + Difference(i, before, value, hasBegunAnew: sequence <= entry.Sequence);
                    _windowStart = _windowStart is { } start ? Math.Min(start, entry.SampledAt) : entry.SampledAt;
                }

                entry.Values[i] = value;
                hasChanged = true;
            }

            entry.Sequence = sequence;
            entry.SampledAt = now;
            if (hasChanged || isNew)
            {
                entry.TakenAt = now;
                _newest = now;
                _built = null;
            }
        }
    }

    /// <summary>The counters so far; null when none came.</summary>
    public MetadataMap? ToMetadata()
    {
        lock (_gate)
        {
            if (_built is not null || _entries.Count == 0)
            {
                return _built;
            }

            if (_windowStart is { } start)
            {
                // One window does not reach into the one before, and none is empty.
                _lastUpdate = Build(_window, Math.Min(Math.Max(start, _windowEnd), _newest - 1), _newest);
                Array.Clear(_window);
                _windowStart = null;
                _windowEnd = _newest;
            }

            var sum = new long?[_window.Length];
            var interfaces = new MetadataBuilder();
            foreach (var entry in _entries.Values)
            {
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] = entry.Values[i] is { } value ? (sum[i] ?? 0) + value : sum[i];
                }

                if (entry.Key is not null)
                {
                    interfaces.Set(entry.Key, Build(entry.Values, null, entry.TakenAt));
                }
            }

            var metadata = new MetadataBuilder().Set("IfMetrics", interfaces.Build()).Set("Metric", Build(sum, null, _newest)).SetIfNotNull("LastUpdateMetric", _lastUpdate);
            if (_omitted > 0)
            {
                metadata.Set("IfMetricsOmitted", _omitted);
            }

            return _built = metadata.Build();
        }
    }

    private static long Difference(int counter, long before, long value, bool hasBegunAnew) =>
        value >= before || s_isGauge[counter] ? value - before
        : hasBegunAnew || s_isWide[counter] ? value

        // 32 bits have overflowed.
        : value - before + (1L << 32);

    private static MetadataMap Build(long?[] values, long? start, long last)
    {
        var metadata = new MetadataBuilder();
        for (int i = 0; i < values.Length; i++)
        {
            // As with counters of interfaces, what counted nothing is left out.
            if (values[i] is { } value && value != 0)
            {
                metadata.Set(SFlowCounters.Names[i], value);
            }
        }

        if (start is { } time)
        {
            metadata.Set(Start, time);
        }

        return metadata.Set(Last, last).Build();
    }

    // Null for what is no interface, such as the switch itself.
    private string? KeyFor(SFlowCounterSource source)
    {
        if (source.Class != 0)
        {
            return null;
        }

        string key = source.Index.ToString(CultureInfo.InvariantCulture);
        if (_keys.TryAdd(key, source.Agent) || _keys[key].Equals(source.Agent))
        {
            return key;
        }

        // A point would begin another key inside.
        return $"{key}@{source.Agent}".Replace('.', '-');
    }

    private sealed class Entry(string? key)
    {
        public string? Key { get; } = key;

        public long?[] Values { get; } = new long?[SFlowCounters.Names.Count];

        public uint Sequence { get; set; }

        /// <summary>When its newest sample came.</summary>
        public long SampledAt { get; set; }

        /// <summary>When its newest sample came that had anything new.</summary>
        public long TakenAt { get; set; }
    }
}
