namespace Skydive;

/// <summary>How a probe does.</summary>
public sealed class Probe
{
    internal Probe(string name, Contracts.Status.ProbeStatus status)
    {
        Name = name;
        State = status.Status;
        Message = status.Message;
        Resynchronizations = status.Resynchronizations;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>running, starting, degraded or failed.</summary>
    public string State { get; }

    /// <summary>What is wrong and what would mend it; null when nothing is.</summary>
    public string? Message { get; }

    /// <summary>How often it lost events and read everything anew.</summary>
    public long Resynchronizations { get; }

    /// <summary>Name, state and message.</summary>
    public override string ToString() => Message is null ? $"{Name}: {State}" : $"{Name}: {State} ({Message})";
}
