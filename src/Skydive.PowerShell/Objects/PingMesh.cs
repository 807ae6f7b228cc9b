namespace Skydive;

/// <summary>Interfaces that ping one another, and how all of them together do.</summary>
public sealed class PingMesh
{
    internal PingMesh(Contracts.PingMeshes.PingMesh mesh)
    {
        Id = mesh.UUID;
        Name = mesh.Name;
        Type = mesh.Type;
        State = Enum.TryParse(mesh.State, ignoreCase: true, out PingMeshState state) ? state : PingMeshState.Active;
        Source = mesh.Src;
        Destination = mesh.Dst.Length > 0 ? mesh.Dst : null;
        PairCount = mesh.PairCount ?? 0;
        UpCount = mesh.UpCount ?? 0;
        Statistics = new(mesh.Statistics ?? new());
        Interval = TimeSpan.FromMilliseconds(mesh.Interval);
        Timeout = TimeSpan.FromMilliseconds(mesh.Timeout);
        SamplePeriod = TimeSpan.FromMilliseconds(mesh.SamplePeriod);
        Count = mesh.Count;
        PayloadSize = mesh.PayloadSize ?? Contracts.PingMeshes.PingMesh.DefaultPayloadSize;
        Ttl = mesh.TTL;
        Error = mesh.Error;
        StartTime = mesh.StartTime.ToLocalTime().DateTime;
    }

    /// <summary>Identifier.</summary>
    public string Id { get; }

    /// <summary>The name; null when there is none.</summary>
    public string? Name { get; }

    /// <summary>icmp4 or icmp6.</summary>
    public string Type { get; }

    /// <summary>Whether pairs are measured still.</summary>
    public PingMeshState State { get; }

    /// <summary>Gremlin that selects the interfaces that ask.</summary>
    public string Source { get; }

    /// <summary>Gremlin that selects the interfaces that are asked; null for those that ask.</summary>
    public string? Destination { get; }

    /// <summary>How many pairs there are.</summary>
    public int PairCount { get; }

    /// <summary>How many pairs have answered their last request.</summary>
    public int UpCount { get; }

    /// <summary>All pairs together.</summary>
    public PingStatistics Statistics { get; }

    /// <summary>The time between two requests of a pair.</summary>
    public TimeSpan Interval { get; }

    /// <summary>How long a reply is waited for.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>How long a sample of history is.</summary>
    public TimeSpan SamplePeriod { get; }

    /// <summary>How many requests each pair sends; 0 for no end.</summary>
    public long Count { get; }

    /// <summary>How many bytes follow the ICMP header.</summary>
    public int PayloadSize { get; }

    /// <summary>Time to live, or hop limit.</summary>
    public int Ttl { get; }

    /// <summary>What is wrong with the selection; null when nothing is.</summary>
    public string? Error { get; }

    /// <summary>When it was ordered.</summary>
    public DateTime StartTime { get; }

    /// <summary>The name, or the identifier.</summary>
    public override string ToString() => Name ?? Id;
}
