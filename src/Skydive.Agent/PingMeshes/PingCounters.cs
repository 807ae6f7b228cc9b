using Skydive.Contracts.PingMeshes;

namespace Skydive.Agent.PingMeshes;

/// <summary>What was counted since a moment. Belongs to whoever holds the lock of the mesh.</summary>
internal struct PingCounters
{
    public long Sent;
    public long Received;
    public long Lost;
    public long Duplicates;
    public long Late;
    public long Minimum;
    public long Maximum;
    public long Sum;

    /// <summary>Whether nothing happened.</summary>
    public readonly bool IsZero => Sent == 0 && Received == 0 && Lost == 0 && Duplicates == 0 && Late == 0;

    /// <summary>Takes in a round trip time.</summary>
    public void Receive(long time)
    {
        Minimum = Received == 0 ? time : Math.Min(Minimum, time);
        Maximum = Math.Max(Maximum, time);
        Sum += time;
        Received++;
    }

    /// <summary>The counters as they travel.</summary>
    /// <param name="jitter">The jitter, in nanoseconds.</param>
    public readonly PingStatistics ToStatistics(long jitter) => new()
    {
        Sent = Sent,
        Received = Received,
        Lost = Lost,
        Duplicates = Duplicates,
        Late = Late,
        RTTMin = Minimum,
        RTTMax = Maximum,
        RTTSum = Sum,
        Jitter = jitter,
    };
}
