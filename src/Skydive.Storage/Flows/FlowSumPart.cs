using System.Buffers;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;

namespace Skydive.Storage.Flows;

/// <summary>
/// What a sum needs of one chunk, decoded by any thread. The chunks are then taken in order, since of a flow only the update counts that was
/// appended last.
/// </summary>
internal sealed class FlowSumPart
{
    private readonly FlowChunkReader _reader;
    private readonly FlowSumSearch _sum;
    private readonly FlowChunkCursor _row;
    private readonly bool[]? _isInTime;
    private readonly bool[]? _isMet;
    private readonly ulong[]? _uuids;
    private readonly FlowTextColumn? _groups;
    private readonly FieldPath? _groupPath;
    private readonly long[]?[] _values;
    private readonly FieldPath[] _paths;

    /// <summary>Decodes.</summary>
    /// <param name="reader">The chunk, with the columns of <see cref="ColumnsOf"/> at least.</param>
    /// <param name="isInside">Whether all its flows lie in the time that is asked for.</param>
    /// <param name="sum">What is asked for.</param>
    /// <exception cref="FlowChunkException">The chunk makes no sense.</exception>
    public FlowSumPart(FlowChunkReader reader, bool isInside, FlowSumSearch sum)
    {
        _reader = reader;
        _sum = sum;
        _row = new(_reader);
        var match = new FlowMatch(sum.Search);
        if (sum.Search.Slice is { } slice)
        {
            _isInTime = isInside ? null : MeetsSlice(slice, _reader.ReadNumbers(FlowColumn.Start), _reader.ReadNumbers(FlowColumn.Last), FlowParts.None, null);
            _isInTime = sum.Search.EveryUpdate
                ? MeetsSlice(
                    slice, _reader.ReadNumbers(FlowColumn.LastUpdateStart), _reader.ReadNumbers(FlowColumn.LastUpdateLast), FlowParts.LastUpdateMetric, _isInTime)
                : _isInTime;
        }

        _isMet = match.IsTimeOnly ? null : Ask(row => (_isInTime?[row.Row] ?? true) && match.IsMetBy(row));
        _uuids = sum.Search.EveryUpdate && sum.Except is null ? null : _reader.TryReadHexadecimal(FlowColumn.Uuid);
        _groups = sum.GroupBy is { } name ? _reader.TryReadTexts(name) : null;
        _groupPath = sum.GroupBy is { } field && _groups is null ? FieldPath.Parse(field) : null;
        _values = [.. sum.Fields.Select(_reader.TryReadNumbers)];
        _paths = [.. sum.Fields.Select(FieldPath.Parse)];
    }

    /// <summary>The columns that a sum needs.</summary>
    /// <param name="sum">The sum.</param>
    /// <param name="isInside">Whether all flows lie in the time that is asked for.</param>
    /// <returns>Null when it needs all.</returns>
    public static IReadOnlySet<FlowColumn>? ColumnsOf(FlowSumSearch sum, bool isInside)
    {
        var fields = new HashSet<string>(sum.Fields, StringComparer.Ordinal);
        if (!FlowFilters.TryAddFields(sum.Search.Filter, fields))
        {
            return null;
        }

        if (sum.GroupBy is { } name)
        {
            fields.Add(name);
        }

        if (sum.Search.NodeTIDs is not null)
        {
            fields.Add("NodeTID");
        }

        if (sum.Search.EveryUpdate)
        {
            fields.Add("LastUpdateMetric.Start");
            fields.Add("LastUpdateMetric.Last");
        }

        if (!sum.Search.EveryUpdate || sum.Except is not null)
        {
            fields.Add("UUID");
        }

        if (!isInside)
        {
            fields.Add("Last");
        }

        var columns = new HashSet<FlowColumn>();
        foreach (string field in fields)
        {
            if (FlowChunkReader.FindColumns(field) is not { } found)
            {
                return null;
            }

            columns.UnionWith(found);
        }

        return columns;
    }

    /// <summary>Adds the flows that count.</summary>
    /// <param name="sums">Where.</param>
    /// <param name="met">The flows of which younger updates were seen; null when each update counts.</param>
    /// <param name="except">Flows that are left out; null for none.</param>
    /// <param name="isStable">Whether all updates of a flow meet the condition, or none.</param>
    public void AddTo(FlowSums sums, FlowUuidSet? met, HashSet<string>? except, bool isStable)
    {
        int total = _reader.Header.Count;
        int[] rows = ArrayPool<int>.Shared.Rent(total);
        int[] groups = ArrayPool<int>.Shared.Rent(total);
        int count = FindRows(rows, met, except, isStable);
        FindGroups(sums, rows.AsSpan(0, count), groups);
        sums.Count(groups.AsSpan(0, count));
        for (int field = 0; field < _values.Length; field++)
        {
            // Where all flows count, in their order, the column is what is to be summed.
            sums.Add(groups.AsSpan(0, count), field, count == total && _values[field] is { } values ? values : ValuesOf(field, rows.AsSpan(0, count)));
        }

        ArrayPool<int>.Shared.Return(rows);
        ArrayPool<int>.Shared.Return(groups);
    }

    /// <summary>The rows that count, in order.</summary>
    private int FindRows(int[] rows, FlowUuidSet? met, HashSet<string>? except, bool isStable)
    {
        int total = _reader.Header.Count;

        // What is asked of flows before it is asked which of their updates is the newest.
        bool[]? first = isStable && _isMet is not null ? _isMet : _isInTime;
        bool[]? isNewest = met is null ? null : FindNewest(met, first);
        int count = 0;
        if (first is null && _isMet is null && except is null)
        {
            for (int row = 0; row < total; row++)
            {
                rows[count] = row;
                count += isNewest is null || isNewest[row] ? 1 : 0;
            }

            return count;
        }

        for (int row = 0; row < total; row++)
        {
            rows[count] = row;
            count += (first?[row] ?? true) && (isNewest?[row] ?? true) && (_isMet?[row] ?? true) && !IsExcept(row, except) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Which rows are the newest update of their flow, the last one first.</summary>
    private bool[] FindNewest(FlowUuidSet met, bool[]? only)
    {
        bool[] isNewest = new bool[_reader.Header.Count];
        if (_uuids is not null && only is null)
        {
            met.AddFromLast(_uuids, isNewest);
            return isNewest;
        }

        for (int row = isNewest.Length - 1; row >= 0; row--)
        {
            _row.Row = row;
            isNewest[row] = only?[row] != false && (_uuids is not null ? met.Add(_uuids[row]) : met.Add(_row.Uuid));
        }

        return isNewest;
    }

    private bool IsExcept(int row, HashSet<string>? except)
    {
        _row.Row = row;
        return except?.Contains(_row.Uuid) == true;
    }

    private void FindGroups(FlowSums sums, ReadOnlySpan<int> rows, int[] groups)
    {
        if (_groups is not null)
        {
            // One place more for those without a text, whose number is -1.
            int[] groupOf = new int[_groups.Count + 1];
            groupOf.AsSpan().Fill(-1);
            ReadOnlySpan<int> codes = _groups.Codes;
            for (int i = 0; i < rows.Length; i++)
            {
                int code = codes[rows[i]];
                ref int group = ref groupOf[code + 1];
                if (group < 0)
                {
                    group = code < 0 ? sums.GroupOf(default(MetadataValue)) : sums.GroupOf(_groups, code);
                }

                groups[i] = group;
            }

            return;
        }

        if (_groupPath is null)
        {
            groups.AsSpan(0, rows.Length).Fill(sums.GroupOf(default(MetadataValue)));
            return;
        }

        for (int i = 0; i < rows.Length; i++)
        {
            _row.Row = rows[i];
            groups[i] = sums.GroupOf(_row.TryGetField(_groupPath, out var value) ? value : default);
        }
    }

    private long[] ValuesOf(int field, ReadOnlySpan<int> rows)
    {
        long[] values = new long[rows.Length];
        long[]? column = _values[field];
        for (int i = 0; i < rows.Length; i++)
        {
            if (column is not null)
            {
                values[i] = column[rows[i]];
                continue;
            }

            _row.Row = rows[i];
            values[i] = _row.TryGetField(_paths[field], out var value) && value.TryGetInteger(out long number) ? number : 0;
        }

        return values;
    }

    /// <summary>Which flows have an instant in common with a time; those without the part that has the times do.</summary>
    private bool[] MeetsSlice(TimeSlice slice, long[] starts, long[] lasts, FlowParts part, bool[]? only)
    {
        bool[] meets = new bool[starts.Length];
        for (int i = 0; i < meets.Length; i++)
        {
            meets[i] = only?[i] != false && ((starts[i] <= slice.Last && lasts[i] >= slice.Start) || (part != FlowParts.None && (_reader.GetParts(i) & part) == 0));
        }

        return meets;
    }

    private bool[] Ask(Func<FlowChunkCursor, bool> question)
    {
        bool[] answers = new bool[_reader.Header.Count];
        for (int i = 0; i < answers.Length; i++)
        {
            _row.Row = i;
            answers[i] = question(_row);
        }

        return answers;
    }
}
