using Skydive.Contracts.Flows;

namespace Skydive.Flows.Encoding;

/// <summary>Where the columns of a block of flows come from.</summary>
internal abstract class FlowRows
{
    /// <summary>How many flows there are.</summary>
    public abstract int Count { get; }

    /// <summary>Reads which parts each flow has.</summary>
    public abstract void ReadParts(Span<FlowParts> parts);

    /// <summary>Reads a column of numbers for the flows that have the part it belongs to.</summary>
    /// <returns>How many there are.</returns>
    public abstract int ReadNumbers(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<long> numbers);

    /// <summary>Reads a column of texts for the flows that have the part it belongs to, when all of them are hexadecimal numbers without
    /// leading zeros.</summary>
    /// <returns>False when they are not; what was written then means nothing.</returns>
    public abstract bool TryReadHexadecimal(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<ulong> numbers, out int count);

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
    public static FlowRows Of(IReadOnlyList<Flow> flows) =>
        flows is Table.FlowBatch batch ? new FlowBatchRows([batch]) : new FlowObjectRows(flows as Flow[] ?? [.. flows]);
}
