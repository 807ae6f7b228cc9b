using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;

namespace Skydive.Storage.Flows;

/// <summary>Sums in the making, by group.</summary>
internal sealed class FlowSums(int fields)
{
    private readonly Dictionary<MetadataValue, int> _groups = [];
    private readonly Dictionary<string, int> _textGroups = new(StringComparer.Ordinal);
    private readonly Utf8Groups _utf8Groups = new();
    private readonly DistinctKeys _numbers = new();
    private readonly List<int> _numberGroups = [];
    private readonly List<MetadataValue> _keys = [];
    private long[] _counts = new long[16];
    private long[] _sums = new long[16 * fields];

    /// <summary>The number of a group.</summary>
    /// <param name="value">What its flows have in common.</param>
    public int GroupOf(MetadataValue value)
    {
        if (value.AsString is { } text)
        {
            return GroupOf(text);
        }

        if (!_groups.TryGetValue(value, out int group))
        {
            group = AddGroup(value);
            _groups.Add(value, group);
        }

        return group;
    }

    /// <summary>The number of a group.</summary>
    /// <param name="text">What its flows have in common.</param>
    public int GroupOf(string text)
    {
        if (!_textGroups.TryGetValue(text, out int group))
        {
            group = AddGroup(text);
            _textGroups.Add(text, group);
        }

        return group;
    }

    /// <summary>The number of a group.</summary>
    /// <param name="utf8">What its flows have in common, in UTF-8.</param>
    private int GroupOf(ReadOnlySpan<byte> utf8)
    {
        if (!_utf8Groups.TryGet(utf8, out int group))
        {
            group = GroupOf(System.Text.Encoding.UTF8.GetString(utf8));
            _utf8Groups.Add(utf8, group);
        }

        return group;
    }

    /// <summary>The number of a group.</summary>
    /// <param name="texts">A column.</param>
    /// <param name="code">Which of its texts the flows have in common.</param>
    public int GroupOf(FlowTextColumn texts, int code)
    {
        if (!texts.TryGetKey(code, out var key))
        {
            return GroupOf(texts.GetUtf8(code));
        }

        int number = _numbers.CodeOf(key.Kind, key.High, key.Low);
        if (number == _numberGroups.Count)
        {
            _numberGroups.Add(GroupOf(texts.GetUtf8(code)));
        }

        return _numberGroups[number];
    }

    /// <summary>Counts flows.</summary>
    /// <param name="groups">For each the number of its group.</param>
    public void Count(ReadOnlySpan<int> groups)
    {
        long[] counts = _counts;
        foreach (int group in groups)
        {
            counts[group]++;
        }
    }

    /// <summary>Adds values of a field.</summary>
    /// <param name="groups">For each flow the number of its group.</param>
    /// <param name="field">Which of the fields.</param>
    /// <param name="values">For each flow the value.</param>
    public void Add(ReadOnlySpan<int> groups, int field, ReadOnlySpan<long> values)
    {
        long[] sums = _sums;
        for (int i = 0; i < groups.Length; i++)
        {
            ref long sum = ref sums[(groups[i] * fields) + field];
            long result = unchecked(sum + values[i]);

            // An overflow has happened when both have the sign that the result has not.
            sum = ((sum ^ result) & (values[i] ^ result)) < 0 ? (values[i] < 0 ? long.MinValue : long.MaxValue) : result;
        }
    }

    /// <summary>The sums, those with the most flows first, then in the order of their groups.</summary>
    public IReadOnlyList<FlowSum> Finish() =>
    [
        .. _keys.Select((key, group) => new FlowSum(key, _counts[group], _sums.AsSpan(group * fields, fields).ToArray()))
            .Where(static sum => sum.Count > 0)
            .OrderByDescending(static sum => sum.Count)
            .ThenBy(static sum => sum.Group, MetadataOrder.Instance),
    ];

    private int AddGroup(MetadataValue key)
    {
        int group = _keys.Count;
        _keys.Add(key);
        if (group == _counts.Length)
        {
            Array.Resize(ref _counts, group * 2);
            Array.Resize(ref _sums, group * 2 * fields);
        }

        return group;
    }
}
