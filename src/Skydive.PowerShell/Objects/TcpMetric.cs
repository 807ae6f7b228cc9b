namespace Skydive;

/// <summary>What was seen of a TCP connection beyond packets and bytes. Null means not seen.</summary>
public sealed class TcpMetric
{
    internal TcpMetric(Contracts.Flows.TcpMetric metric)
    {
        ABSynStart = Plain.TimeOrNull(metric.ABSynStart);
        BASynStart = Plain.TimeOrNull(metric.BASynStart);
        ABSynTTL = metric.ABSynTTL == 0 ? null : metric.ABSynTTL;
        BASynTTL = metric.BASynTTL == 0 ? null : metric.BASynTTL;
        ABFinStart = Plain.TimeOrNull(metric.ABFinStart);
        BAFinStart = Plain.TimeOrNull(metric.BAFinStart);
        ABRstStart = Plain.TimeOrNull(metric.ABRstStart);
        BARstStart = Plain.TimeOrNull(metric.BARstStart);
    }

    /// <summary>First SYN from A.</summary>
    public DateTimeOffset? ABSynStart { get; }

    /// <summary>First SYN from B.</summary>
    public DateTimeOffset? BASynStart { get; }

    /// <summary>Time to live of the SYN from A.</summary>
    public int? ABSynTTL { get; }

    /// <summary>Time to live of the SYN from B.</summary>
    public int? BASynTTL { get; }

    /// <summary>First FIN from A.</summary>
    public DateTimeOffset? ABFinStart { get; }

    /// <summary>First FIN from B.</summary>
    public DateTimeOffset? BAFinStart { get; }

    /// <summary>First RST from A.</summary>
    public DateTimeOffset? ABRstStart { get; }

    /// <summary>First RST from B.</summary>
    public DateTimeOffset? BARstStart { get; }
}
