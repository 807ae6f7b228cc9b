namespace Skydive.Agent.Link;

/// <summary>A message of flows that is kept until the analyzer has acknowledged it.</summary>
/// <param name="Sequence">Its place in the run.</param>
/// <param name="Bytes">The message.</param>
/// <param name="Shares">How many flows and packets in it are whose.</param>
internal sealed record PendingFlows(long Sequence, byte[] Bytes, IReadOnlyList<FlowShare> Shares)
{
    /// <summary>How many flows there are.</summary>
    public int FlowCount { get; } = Shares.Sum(static share => share.Flows);

    /// <summary>Whether it was sent before, on this connection or another.</summary>
    public bool WasSent { get; set; }

    /// <summary>Tells those whose flows they are that they are lost.</summary>
    public void TellDropped()
    {
        foreach (var share in Shares)
        {
            share.OnDropped?.Invoke(share.Flows, share.Packets);
        }
    }
}
