using Skydive.Contracts.Metadata;

namespace Skydive.Agent.PingMeshes;

/// <summary>What all pairs of one node count together, whatever mesh they belong to. Safe for use by several threads at once.</summary>
internal sealed class NodePingTotals
{
    private long _sent;
    private long _received;
    private long _lost;
    private long _duplicates;
    private long _sum;
    private (long Sent, long Received, long Lost, long Duplicates, long Sum) _before;
    private long _since;

    /// <summary>Begins to count.</summary>
    /// <param name="now">The time, in milliseconds since 1970-01-01 UTC.</param>
    public NodePingTotals(long now) => _since = now;

    /// <summary>How many pairs count here.</summary>
    public int Users { get; set; }

    public void AddSent() => Interlocked.Increment(ref _sent);

    public void AddLost() => Interlocked.Increment(ref _lost);

    public void AddDuplicate() => Interlocked.Increment(ref _duplicates);

    public void AddReceived(long time)
    {
        Interlocked.Add(ref _sum, time);
        Interlocked.Increment(ref _received);
    }

    /// <summary>What was counted since this was asked before, as a metric sample. One thread asks.</summary>
    /// <param name="now">The time, in milliseconds since 1970-01-01 UTC.</param>
    public MetadataMap TakeSample(long now)
    {
        var total = (Sent: Interlocked.Read(ref _sent), Received: Interlocked.Read(ref _received), Lost: Interlocked.Read(ref _lost), Duplicates: Interlocked.Read(ref _duplicates), Sum: Interlocked.Read(ref _sum));
        long received = total.Received - _before.Received;
        var sample = new MetadataBuilder()
            .Set("Start", _since)
            .Set("Last", now)
            .Set("Sent", total.Sent - _before.Sent)
            .Set("Received", received)
            .Set("Lost", total.Lost - _before.Lost)
            .Set("Duplicates", total.Duplicates - _before.Duplicates)
            .Set("RTTSum", total.Sum - _before.Sum)
            .Set("RTT", received > 0 ? (total.Sum - _before.Sum) / received : 0)
            .Build();
        _before = total;
        _since = now;
        return sample;
    }
}
