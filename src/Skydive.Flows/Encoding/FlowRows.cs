using Skydive.Contracts.Flows;

namespace Skydive.Flows.Encoding;

/// <summary>Where the columns of a block of flows come from.</summary>
internal abstract class FlowRows
{
    /// <summary>How many flows there are.</summary>
    public abstract int Count { get; }

    /// <summary>Reads which parts each flow has. To be called first.</summary>
    /// <param name="parts">The parts of each flow.</param>
    /// <param name="scratch">What the other methods may use too.</param>
    public abstract void ReadParts(Span<FlowParts> parts, FlowChunkScratch scratch);

    /// <summary>Reads a column of numbers for the flows that have the part it belongs to.</summary>
    /// <param name="definition">The column.</param>
    /// <param name="parts">The parts of each flow.</param>
    /// <param name="room">Room for a number for each flow.</param>
    /// <returns>The numbers, there or elsewhere: the caller may change them, and does not ask for the column again then.</returns>
    public abstract Span<long> ReadNumbers(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<long> room);

    /// <summary>Reads a column of texts for the flows that have the part it belongs to, when all of them are hexadecimal numbers without
    /// leading zeros.</summary>
    /// <returns>False when they are not; what was written then means nothing.</returns>
    public abstract bool TryReadHexadecimal(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<ulong> numbers, out int count);

    /// <summary>Reads a column of addresses or identifiers for the flows that have the part it belongs to, as numbers.</summary>
    /// <param name="definition">The column.</param>
    /// <param name="encoding">How it is going to be encoded: what <see cref="KeyTexts"/> knows.</param>
    /// <param name="parts">The parts of each flow.</param>
    /// <param name="codes">For each of these flows the place of its number in <paramref name="keys"/>.</param>
    /// <param name="keys">The different numbers.</param>
    /// <param name="count">How many flows there are.</param>
    /// <returns>False when one of the texts is not exactly what its number is written as; what was written then means nothing.</returns>
    public abstract bool TryReadKeys(
        FlowColumnDefinition definition, byte encoding, ReadOnlySpan<FlowParts> parts, Span<int> codes, DistinctKeys keys, out int count);

    /// <summary>Reads a column of texts for the flows that have the part it belongs to.</summary>
    /// <param name="definition">The column.</param>
    /// <param name="parts">The parts of each flow.</param>
    /// <param name="codes">For each of these flows the place of its text in <paramref name="texts"/>.</param>
    /// <param name="texts">The different texts; empty at first.</param>
    /// <returns>How many flows there are.</returns>
    public abstract int ReadTexts(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<int> codes, DistinctTexts texts);

    protected static bool HasValue(FlowColumnDefinition definition, FlowParts parts) =>
        definition.Part == FlowParts.None || (parts & definition.Part) != 0;

    /// <summary>Makes the source for a list of flows.</summary>
    public static FlowRows Of(IReadOnlyList<Flow> flows) => flows switch
    {
        Table.FlowBatch batch => new FlowBatchRows([batch]),
        Table.FlowBlock block => new FlowBatchRows(block.Batches),
        Flow[] array => new FlowObjectRows(array),
        _ => new FlowObjectRows([.. flows]),
    };
}
