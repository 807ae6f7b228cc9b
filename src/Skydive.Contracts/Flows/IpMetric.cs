namespace Skydive.Contracts.Flows;

/// <summary>What was seen of the fragments of a flow's datagrams, when fragments are put together.</summary>
public sealed record IpMetric
{
    /// <summary>Datagrams that were put together.</summary>
    public long Fragments { get; init; }

    /// <summary>Datagrams that could not be: a fragment was lost, overlapped another or was malformed, or there was no memory for it.</summary>
    public long FragmentErrors { get; init; }
}
