using Skydive.Flows.Table;

namespace Skydive.Flows.Encoding;

/// <summary>Flows as tables send them.</summary>
internal sealed class FlowBatchRows : FlowRows
{
    private readonly IReadOnlyList<FlowBatch> _batches;
    private readonly Dictionary<TextKey, int> _codes = [];

    public FlowBatchRows(IReadOnlyList<FlowBatch> batches)
    {
        _batches = batches;
        Count = batches.Sum(static batch => batch.Count);
    }

    public override int Count { get; }

    public override void ReadParts(Span<FlowParts> parts)
    {
        int row = 0;
        foreach (FlowBatch batch in _batches)
        {
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                parts[row++] = FlowRecordColumns.PartsOf(in record);
            }
        }
    }

    public override int ReadNumbers(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<long> numbers)
    {
        int row = 0;
        int count = 0;
        foreach (FlowBatch batch in _batches)
        {
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                if (HasValue(definition, parts[row++]))
                {
                    numbers[count++] = FlowRecordColumns.Number(definition, in record);
                }
            }
        }

        return count;
    }

    public override bool TryReadHexadecimal(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<ulong> numbers, out int count)
    {
        count = 0;
        foreach (FlowBatch batch in _batches)
        {
            // These columns have a value for each flow.
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                if (!FlowRecordColumns.TryGetHexadecimal(definition.Column, in record, out numbers[count++]))
                {
                    return false;
                }
            }
        }

        return true;
    }

    public override int ReadTexts(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<int> codes, DistinctTexts texts)
    {
        int row = 0;
        int count = 0;
        FlowOrigin? origin = null;
        foreach (FlowBatch batch in _batches)
        {
            // The same key may mean another text to another table.
            if (batch.Origin != origin)
            {
                _codes.Clear();
                origin = batch.Origin;
            }

            TextKey? last = null;
            int code = 0;
            foreach (ref readonly FlowRecord record in batch.Records)
            {
                if (!HasValue(definition, parts[row++]))
                {
                    continue;
                }

                TextKey key = FlowRecordColumns.TextKeyOf(definition.Column, in record, batch.Origin);
                if (key != last)
                {
                    last = key;
                    if (!_codes.TryGetValue(key, out code))
                    {
                        code = texts.CodeOf(FlowRecordColumns.Text(definition, in record, batch.Origin));
                        _codes.Add(key, code);
                    }
                }

                codes[count++] = code;
            }
        }

        return count;
    }
}
