using Skydive.Contracts.Injections;

namespace Skydive.Client.Connectivity;

/// <summary>How connectivity is tested.</summary>
public sealed record ConnectivityOptions
{
    /// <summary>What is sent; one of <see cref="InjectionTypes"/>.</summary>
    public string Type { get; init; } = InjectionTypes.IcmpV4;

    /// <summary>How many packets.</summary>
    public int Count { get; init; } = 5;

    /// <summary>The time between two packets.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long packets and replies are waited for after the last was sent.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Source address; null for that of the source.</summary>
    public string? SourceIP { get; init; }

    /// <summary>Destination address; null for that of the destination.</summary>
    public string? DestinationIP { get; init; }

    /// <summary>Destination port of TCP and UDP; 0 for one at random.</summary>
    public int DestinationPort { get; init; }

    /// <summary>How many bytes the packets carry.</summary>
    public int PayloadSize { get; init; } = Injection.DefaultPayloadLength;
}
