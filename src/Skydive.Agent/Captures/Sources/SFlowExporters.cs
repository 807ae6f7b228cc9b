using System.Net;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// Counts what exporters of sFlow sent and did not come. What is remembered of them is bounded; who was silent for longest is forgotten first. For one
/// thread, but for the counters.
/// </summary>
internal sealed class SFlowExporters
{
    private const int MaximumExporters = 256;
    private const int MaximumSources = 1024;

    /// <summary>A larger step, back or forth, is an exporter that began anew.</summary>
    private const uint LargestStep = 1 << 16;

    private readonly Dictionary<(IPAddress Agent, uint SubAgent), SFlowExporter> _exporters = [];
    private long _datagrams;
    private long _datagramsLost;
    private long _samplesDropped;

    /// <summary>Datagrams that are missing by their sequence numbers. Safe to call from any thread.</summary>
    public long DatagramsLost => Volatile.Read(ref _datagramsLost);

    /// <summary>Samples that exporters said they could not send. Safe to call from any thread.</summary>
    public long SamplesDropped => Volatile.Read(ref _samplesDropped);

    /// <summary>Finds who sent a datagram.</summary>
    public SFlowExporter Find(IPAddress agent, uint subAgent)
    {
        if (!_exporters.TryGetValue((agent, subAgent), out var exporter))
        {
            if (_exporters.Count == MaximumExporters)
            {
                _exporters.Remove(_exporters.MinBy(static entry => entry.Value.LastUsed).Key);
            }

            _exporters[(agent, subAgent)] = exporter = new(agent, subAgent);
        }

        exporter.LastUsed = ++_datagrams;
        return exporter;
    }

    /// <summary>Looks what is missing before a datagram.</summary>
    public void CountDatagram(SFlowExporter exporter, uint sequence)
    {
        if (exporter.NextSequence is { } expected)
        {
            uint step = sequence - expected;
            if (step < LargestStep)
            {
                Volatile.Write(ref _datagramsLost, _datagramsLost + step);
            }
            else if (expected - sequence < LargestStep && sequence > 1)
            {
                // One that was overtaken by others, and was counted as lost.
                Volatile.Write(ref _datagramsLost, Math.Max(0, _datagramsLost - 1));
                return;
            }
        }

        exporter.NextSequence = sequence + 1;
    }

    /// <summary>Looks what a source could not send since its sample before.</summary>
    public void CountDrops(SFlowExporter exporter, SFlowSample sample)
    {
        ulong source = ((ulong)sample.SourceClass << 32) | sample.SourceIndex;
        if (exporter.Drops.TryGetValue(source, out uint before))
        {
            // Smaller than before: it began anew.
            Volatile.Write(ref _samplesDropped, _samplesDropped + (sample.Drops >= before ? sample.Drops - before : sample.Drops));
        }
        else if (exporter.Drops.Count == MaximumSources)
        {
            return;
        }

        exporter.Drops[source] = sample.Drops;
    }
}
