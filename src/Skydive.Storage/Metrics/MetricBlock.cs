using Skydive.Contracts.Metadata;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Metrics;

/// <summary>
/// Samples of one series as bytes, counter by counter; see <see cref="MetricColumn"/>. The names of the counters are kept by the caller.
/// <code>
/// varint: 1 there are values that are no integers, 2 all samples have Start and Last; the rest: how many samples
/// for each counter, in the ordinal order of their names: the column, or for a single sample its value (zigzag varint)
/// [varint count of samples with other values; for each: varint of how many samples lie between it and the one before, varint length,
///  the values as MetadataCodec writes them, keys as text]
/// </code>
/// Where all have them, Start is told as what it is more than the Last of the sample before, and Last as what it is more than Start.
/// </summary>
internal static class MetricBlock
{
    /// <summary>How many samples a block takes.</summary>
    public const int MaximumSamples = 4096;

    /// <summary>How many counters a block takes. A sample with more keeps the others as values of other kinds.</summary>
    public const int MaximumColumns = 512;

    private const string Start = "Start";
    private const string Last = "Last";
    private const int HasOthers = 1;
    private const int IsTimed = 2;
    private const int FlagBits = 2;

    /// <summary>Writes samples.</summary>
    /// <param name="writer">Where.</param>
    /// <param name="samples">The samples in order; from one to <see cref="MaximumSamples"/>.</param>
    /// <returns>The names of the counters, which <see cref="Read"/> needs.</returns>
    public static string[] Write(ByteWriter writer, ReadOnlySpan<MetadataMap> samples)
    {
        string[] names = FindColumns(samples);
        var kept = new HashSet<string>(names, StringComparer.Ordinal);
        bool hasOthers = false, isTimed = true;
        foreach (var sample in samples)
        {
            hasOthers |= HasOthersThan(sample, kept);
            isTimed &= sample[Start].TryGetInteger(out _) && sample[Last].TryGetInteger(out _);
        }

        isTimed &= kept.Contains(Start) && kept.Contains(Last);
        writer.WriteVarint(((ulong)samples.Length << FlagBits) | (isTimed ? (uint)IsTimed : 0) | (hasOthers ? (uint)HasOthers : 0));
        if (names.Length > 0)
        {
            WriteColumns(writer, samples, names, isTimed);
        }

        if (hasOthers)
        {
            WriteOthers(writer, samples, kept);
        }

        return names;
    }

    /// <summary>Reads samples.</summary>
    /// <param name="reader">Where; it is read to its end.</param>
    /// <param name="names">The names of the counters, in ordinal order.</param>
    /// <exception cref="InvalidDataException">It is no such block.</exception>
    public static MetadataMap[] Read(ByteReader reader, string[] names)
    {
        ulong header = reader.ReadVarint();
        ulong announced = header >> FlagBits;
        if (announced is 0 or > MaximumSamples || names.Length > MaximumColumns)
        {
            throw new InvalidDataException($"a block of {announced} samples of {names.Length} counters cannot be");
        }

        for (int i = 1; i < names.Length; i++)
        {
            if (string.CompareOrdinal(names[i - 1], names[i]) >= 0)
            {
                throw new InvalidDataException($"the counter {names[i]} is not in its place");
            }
        }

        int count = (int)announced;
        long[] values = new long[names.Length * count];
        bool[] present = new bool[names.Length * count];
        ReadColumns(ref reader, names, values, present, count);
        if ((header & IsTimed) != 0)
        {
            RestoreTimes(names, values, count);
        }

        var others = (header & HasOthers) != 0 ? ReadOthers(ref reader, count) : null;
        return reader.Remaining == 0
            ? BuildMaps(names, values, present, others, count)
            : throw new InvalidDataException($"{reader.Remaining} bytes follow the end of a block of metrics");
    }

    private static string[] FindColumns(ReadOnlySpan<MetadataMap> samples)
    {
        if (samples.Length == 1)
        {
            return ColumnsOf(samples[0]);
        }

        var names = new SortedSet<string>(StringComparer.Ordinal);
        ReadOnlySpan<string> before = default;
        foreach (var sample in samples)
        {
            // Samples of one interface mostly share their keys.
            if (sample.KeySpan == before)
            {
                continue;
            }

            before = sample.KeySpan;
            for (int i = 0; i < before.Length && names.Count < MaximumColumns; i++)
            {
                if (sample.ValueSpan[i].Kind == MetadataKind.Integer)
                {
                    names.Add(before[i]);
                }
            }
        }

        return [.. names];
    }

    private static string[] ColumnsOf(MetadataMap sample)
    {
        var names = new List<string>(sample.Count);
        for (int i = 0; i < sample.Count && names.Count < MaximumColumns; i++)
        {
            if (sample.ValueSpan[i].Kind == MetadataKind.Integer)
            {
                names.Add(sample.KeySpan[i]);
            }
        }

        return [.. names];
    }

    private static bool HasOthersThan(MetadataMap sample, HashSet<string> names)
    {
        for (int i = 0; i < sample.Count; i++)
        {
            if (IsOther(sample, i, names))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOther(MetadataMap sample, int index, HashSet<string> names) =>
        sample.ValueSpan[index].Kind != MetadataKind.Integer || !names.Contains(sample.KeySpan[index]);

    private static void WriteColumns(ByteWriter writer, ReadOnlySpan<MetadataMap> samples, string[] names, bool isTimed)
    {
        int count = samples.Length;
        long[] values = new long[count];
        bool[] present = new bool[count];
        foreach (string name in names)
        {
            for (int i = 0; i < count; i++)
            {
                present[i] = samples[i][name].TryGetInteger(out values[i]);
                values[i] = present[i] ? values[i] : 0;
                if (isTimed)
                {
                    values[i] = ToRelative(samples, i, name, values[i]);
                }
            }

            if (count == 1)
            {
                writer.WriteSigned(values[0]);
            }
            else
            {
                MetricColumn.Write(writer, values, present);
            }
        }
    }

    private static long ToRelative(ReadOnlySpan<MetadataMap> samples, int index, string name, long value) => name switch
    {
        Start => index == 0 ? value : unchecked(value - IntegerOf(samples[index - 1], Last)),
        Last => unchecked(value - IntegerOf(samples[index], Start)),
        _ => value,
    };

    private static void ReadColumns(ref ByteReader reader, string[] names, long[] values, bool[] present, int count)
    {
        for (int column = 0; column < names.Length; column++)
        {
            if (count == 1)
            {
                values[column] = reader.ReadSigned();
                present[column] = true;
            }
            else
            {
                MetricColumn.Read(ref reader, values.AsSpan(column * count, count), present.AsSpan(column * count, count));
            }
        }
    }

    private static void RestoreTimes(string[] names, long[] values, int count)
    {
        int start = Array.BinarySearch(names, Start, StringComparer.Ordinal);
        int last = Array.BinarySearch(names, Last, StringComparer.Ordinal);
        if (start < 0 || last < 0)
        {
            throw new InvalidDataException("a block of metrics has no times");
        }

        var starts = values.AsSpan(start * count, count);
        var lasts = values.AsSpan(last * count, count);
        for (int i = 0; i < count; i++)
        {
            starts[i] = i == 0 ? starts[0] : unchecked(starts[i] + lasts[i - 1]);
            lasts[i] = unchecked(lasts[i] + starts[i]);
        }
    }

    private static void WriteOthers(ByteWriter writer, ReadOnlySpan<MetadataMap> samples, HashSet<string> names)
    {
        var codec = new MetadataCodec(NoKeys.Instance);
        var encoded = new List<(int Index, byte[] Data)>();
        for (int i = 0; i < samples.Length; i++)
        {
            if (!HasOthersThan(samples[i], names))
            {
                continue;
            }

            var builder = new MetadataBuilder();
            for (int j = 0; j < samples[i].Count; j++)
            {
                if (IsOther(samples[i], j, names))
                {
                    builder.Set(samples[i].KeySpan[j], samples[i].ValueSpan[j]);
                }
            }

            encoded.Add((i, codec.Encode(builder.Build())));
        }

        writer.WriteVarint((ulong)encoded.Count);
        int previous = -1;
        foreach (var (index, data) in encoded)
        {
            writer.WriteVarint((ulong)(index - previous - 1));
            writer.WriteVarint((ulong)data.Length);
            writer.WriteBytes(data);
            previous = index;
        }
    }

    private static MetadataMap?[] ReadOthers(ref ByteReader reader, int samples)
    {
        var codec = new MetadataCodec(NoKeys.Instance);
        var texts = new TextCache();
        var others = new MetadataMap?[samples];
        long index = -1;
        for (int count = reader.ReadCount(); count > 0; count--)
        {
            ulong gap = reader.ReadVarint();
            if (gap >= (ulong)(samples - index - 1))
            {
                throw new InvalidDataException("values lie beyond the end of a block of metrics");
            }

            index += (long)gap + 1;
            others[(int)index] = codec.Decode(reader.ReadBytes(reader.ReadCount()), texts);
        }

        return others;
    }

    private static MetadataMap[] BuildMaps(string[] names, long[] values, bool[] present, MetadataMap?[]? others, int count)
    {
        var maps = new MetadataMap[count];
        string[] keys = [];
        int keysOf = -1;
        for (int i = 0; i < count; i++)
        {
            // One array of keys for all samples that have the same.
            if (keysOf < 0 || !HasSamePresence(present, keysOf, i, count))
            {
                keys = KeysOf(names, present, i, count);
                keysOf = i;
            }

            var row = new MetadataValue[keys.Length];
            for (int column = 0, next = 0; next < row.Length; column++)
            {
                if (present[(column * count) + i])
                {
                    row[next++] = values[(column * count) + i];
                }
            }

            maps[i] = others?[i] is { } other ? Join(new(keys, row), other) : new(keys, row);
        }

        return maps;
    }

    private static bool HasSamePresence(bool[] present, int left, int right, int count)
    {
        for (int i = 0; i < present.Length; i += count)
        {
            if (present[i + left] != present[i + right])
            {
                return false;
            }
        }

        return true;
    }

    private static string[] KeysOf(string[] names, bool[] present, int index, int count)
    {
        var keys = new List<string>(names.Length);
        for (int column = 0; column < names.Length; column++)
        {
            if (present[(column * count) + index])
            {
                keys.Add(names[column]);
            }
        }

        return keys.Count == names.Length ? names : [.. keys];
    }

    private static MetadataMap Join(MetadataMap counters, MetadataMap others)
    {
        var builder = new MetadataBuilder();
        foreach (var (key, value) in counters.Concat(others))
        {
            builder.Set(key, value);
        }

        return builder.Build();
    }

    private static long IntegerOf(MetadataMap sample, string name) => sample[name].TryGetInteger(out long value) ? value : 0;
}
