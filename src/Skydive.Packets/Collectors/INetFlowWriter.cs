namespace Skydive.Packets.Collectors;

/// <summary>Writes records into datagrams of NetFlow or IPFIX. Not for use by several threads at once.</summary>
public interface INetFlowWriter
{
    /// <summary>Whether there is anything to send.</summary>
    bool HasRecords { get; }

    /// <summary>Whether the protocol has a place for what a record says.</summary>
    /// <param name="record">The record.</param>
    bool CanHold(in NetFlowRecord record);

    /// <summary>Adds a record of one direction.</summary>
    /// <param name="record">The record; one that <see cref="CanHold"/>.</param>
    /// <returns>False when the datagram is full: nothing was added.</returns>
    bool TryAdd(in NetFlowRecord record);

    /// <summary>Ends the datagram; the next record begins another.</summary>
    /// <param name="nowNanoseconds">The time: nanoseconds since 1970-01-01 UTC.</param>
    /// <returns>The datagram; valid until the next record is added.</returns>
    ReadOnlySpan<byte> Finish(long nowNanoseconds);
}
