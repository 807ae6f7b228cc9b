using System.Net;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// Counts what exporters of sFlow sent and did not come. What is remembered of them is bounded; who was silent for longest is forgotten first. For one
/// thread, but for the counters.
/// </summary>
internal sealed class SFlowAgents
{
    private const int MaximumAgents = 256;
    private const int MaximumSources = 1024;

    /// <summary>A larger step, back or forth, is one that began anew.</summary>
    private const uint LargestStep = 1 << 16;

    private readonly Dictionary<(IPAddress Agent, uint SubAgent), SFlowAgent> _agents = [];
    private long _datagrams;
    private long _datagramsLost;
    private long _samplesDropped;

    /// <summary>Datagrams that are missing by their sequence numbers. Safe to call from any thread.</summary>
    public long DatagramsLost => Volatile.Read(ref _datagramsLost);

    /// <summary>Samples that exporters said they could not send. Safe to call from any thread.</summary>
    public long SamplesDropped => Volatile.Read(ref _samplesDropped);

    /// <summary>Finds who sent a datagram.</summary>
    public SFlowAgent Find(IPAddress address, uint subAgent)
    {
        if (!_agents.TryGetValue((address, subAgent), out var agent))
        {
            if (_agents.Count == MaximumAgents)
            {
                _agents.Remove(_agents.MinBy(static entry => entry.Value.LastUsed).Key);
            }

            _agents[(address, subAgent)] = agent = new(address, subAgent);
        }

        agent.LastUsed = ++_datagrams;
        return agent;
    }

    /// <summary>Looks what is missing before a datagram.</summary>
    public void CountDatagram(SFlowAgent agent, uint sequence)
    {
        if (agent.NextSequence is { } expected)
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

        agent.NextSequence = sequence + 1;
    }

    /// <summary>Looks what a source could not send since its sample before.</summary>
    public void CountDrops(SFlowAgent agent, SFlowSample sample)
    {
        ulong source = ((ulong)sample.SourceClass << 32) | sample.SourceIndex;
        if (agent.Drops.TryGetValue(source, out uint before))
        {
            // Smaller than before: it began anew.
            Volatile.Write(ref _samplesDropped, _samplesDropped + (sample.Drops >= before ? sample.Drops - before : sample.Drops));
        }
        else if (agent.Drops.Count == MaximumSources)
        {
            return;
        }

        agent.Drops[source] = sample.Drops;
    }
}
