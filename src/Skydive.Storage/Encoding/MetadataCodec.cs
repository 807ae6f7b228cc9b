using System.Buffers;
using Skydive.Contracts.Metadata;

namespace Skydive.Storage.Encoding;

/// <summary>
/// Metadata as bytes: about a third of their JSON, and a few bytes for a change. Values are
/// <code>
/// 00 null, 01 false, 02 true, 03 integer (zigzag varint), 04 number (8 bytes, little endian), 05 text (varint length, UTF-8),
/// 06 list (varint count, values), 07 map (varint count, keys with values), 40-7F text of 0 to 63 bytes, 80-FF integer 0 to 127
/// </code>
/// A key is the varint of its number in the dictionary, or 0 and the text. Changes between two maps are a varint count and, for each key
/// that differs, in the order of the keys, the key with its new value, with 08 when it is gone, or with 09 and the changes in it when it is
/// a map before and after. For example <c>01 05 42 55 50</c> sets key 5 to "UP".
/// </summary>
/// <remarks>
/// What is nested deeper than <see cref="MaximumDepth"/>, deeper than JSON that is read can be, is kept as null. Lone surrogates become
/// U+FFFD. Decoding throws <see cref="InvalidDataException"/> for anything that was not encoded here. Encoding is for one thread; decoding
/// for any.
/// </remarks>
internal sealed class MetadataCodec(IMetadataKeys keys)
{
    /// <summary>How deep maps and lists are kept.</summary>
    public const int MaximumDepth = 64;

    private const int FewChanges = 6;
    private const int PooledElements = 64;

    private const byte Null = 0;
    private const byte False = 1;
    private const byte True = 2;
    private const byte Integer = 3;
    private const byte Number = 4;
    private const byte Text = 5;
    private const byte List = 6;
    private const byte Map = 7;
    private const byte Gone = 8;
    private const byte Changed = 9;
    private const byte ShortText = 0x40;
    private const byte SmallInteger = 0x80;

    private readonly ByteWriter _writer = new();

    /// <summary>The bytes of a map.</summary>
    /// <param name="metadata">The map.</param>
    public byte[] Encode(MetadataMap metadata)
    {
        _writer.Clear();
        WriteMap(metadata, 0);
        return _writer.Written.ToArray();
    }

    /// <summary>The map of bytes that <see cref="Encode"/> made.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="texts">Where texts come from.</param>
    /// <exception cref="InvalidDataException">They are something else.</exception>
    public MetadataMap Decode(ReadOnlySpan<byte> data, TextCache texts)
    {
        var reader = new ByteReader(data);
        var map = ReadMap(ref reader, texts, 0);
        CheckEnd(reader);
        return map;
    }

    /// <summary>What turns one map into another.</summary>
    /// <param name="before">The map as it was.</param>
    /// <param name="after">The map as it is.</param>
    /// <returns>The bytes for <see cref="Apply(MetadataMap, ReadOnlySpan{byte}, TextCache)"/>; none when the maps are equal.</returns>
    public byte[] EncodeChanges(MetadataMap before, MetadataMap after)
    {
        if (before.Equals(after))
        {
            return [];
        }

        _writer.Clear();
        WriteChanges(before, after, 0);
        return _writer.Written.ToArray();
    }

    /// <summary>Applies what <see cref="EncodeChanges"/> made.</summary>
    /// <param name="before">The map as it was.</param>
    /// <param name="changes">The bytes.</param>
    /// <param name="texts">Where texts come from.</param>
    /// <returns>The map as it is.</returns>
    /// <exception cref="InvalidDataException">The bytes are something else.</exception>
    public MetadataMap Apply(MetadataMap before, ReadOnlySpan<byte> changes, TextCache texts)
    {
        if (changes.IsEmpty)
        {
            return before;
        }

        var reader = new ByteReader(changes);
        var after = ReadChanges(ref reader, texts, before, 0);
        CheckEnd(reader);
        return after;
    }

    private static void CheckEnd(ByteReader reader)
    {
        if (reader.Remaining > 0)
        {
            throw new InvalidDataException($"{reader.Remaining} bytes follow the end of the metadata");
        }
    }

    private static void CheckDepth(int depth)
    {
        if (depth >= MaximumDepth)
        {
            throw new InvalidDataException($"metadata are nested deeper than {MaximumDepth} levels");
        }
    }

    private static MetadataMap Apply(MetadataMap before, Dictionary<string, MetadataValue?> changes)
    {
        var builder = new MetadataBuilder();
        var keySpan = before.KeySpan;
        for (int i = 0; i < keySpan.Length; i++)
        {
            if (!changes.ContainsKey(keySpan[i]))
            {
                builder.Set(keySpan[i], before.ValueSpan[i]);
            }
        }

        foreach (var (key, value) in changes)
        {
            if (value is { } changed)
            {
                builder.Set(key, changed);
            }
        }

        return builder.Build();
    }

    private void WriteMap(MetadataMap map, int depth)
    {
        var keySpan = map.KeySpan;
        var values = map.ValueSpan;
        _writer.WriteVarint((ulong)keySpan.Length);
        for (int i = 0; i < keySpan.Length; i++)
        {
            WriteKey(keySpan[i]);
            WriteValue(values[i], depth + 1);
        }
    }

    private void WriteKey(string key)
    {
        int number = keys.GetOrAdd(key);
        _writer.WriteVarint((ulong)number);
        if (number == 0)
        {
            _writer.WriteText(key);
        }
    }

    private void WriteValue(MetadataValue value, int depth)
    {
        switch (value.Kind)
        {
            case MetadataKind.Boolean:
                value.TryGetBoolean(out bool truth);
                _writer.WriteByte(truth ? True : False);
                break;
            case MetadataKind.Integer:
                value.TryGetInteger(out long integer);
                if (integer is >= 0 and < 0x80)
                {
                    _writer.WriteByte((byte)(SmallInteger | integer));
                }
                else
                {
                    _writer.WriteByte(Integer);
                    _writer.WriteSigned(integer);
                }

                break;
            case MetadataKind.Double:
                value.TryGetDouble(out double number);
                _writer.WriteByte(Number);
                _writer.WriteDouble(number);
                break;
            case MetadataKind.String:
                WriteString(value.AsString!);
                break;
            case MetadataKind.List when depth < MaximumDepth:
                _writer.WriteByte(List);
                _writer.WriteVarint((ulong)value.Elements.Length);
                foreach (var element in value.Elements)
                {
                    WriteValue(element, depth + 1);
                }

                break;
            case MetadataKind.Map when depth < MaximumDepth:
                _writer.WriteByte(Map);
                WriteMap(value.AsMap!, depth);
                break;
            default:
                _writer.WriteByte(Null);
                break;
        }
    }

    private void WriteString(string text)
    {
        int length = System.Text.Encoding.UTF8.GetByteCount(text);
        if (length < ShortText)
        {
            _writer.WriteByte((byte)(ShortText | length));
            _writer.WriteTextBytes(text);
        }
        else
        {
            _writer.WriteByte(Text);
            _writer.WriteText(text);
        }
    }

    private void WriteChanges(MetadataMap before, MetadataMap after, int depth)
    {
        // Counted first, because the count stands in front; both walks compare the same few values that differ.
        var differences = new List<(string Key, MetadataValue Old, MetadataValue New, bool IsGone)>();
        var oldKeys = before.KeySpan;
        var newKeys = after.KeySpan;
        int i = 0, j = 0;
        while (i < oldKeys.Length || j < newKeys.Length)
        {
            int order = i == oldKeys.Length ? 1 : j == newKeys.Length ? -1 : string.CompareOrdinal(oldKeys[i], newKeys[j]);
            if (order < 0)
            {
                differences.Add((oldKeys[i++], default, default, true));
            }
            else if (order > 0)
            {
                differences.Add((newKeys[j], default, after.ValueSpan[j], false));
                j++;
            }
            else
            {
                if (!before.ValueSpan[i].Equals(after.ValueSpan[j]))
                {
                    differences.Add((oldKeys[i], before.ValueSpan[i], after.ValueSpan[j], false));
                }

                i++;
                j++;
            }
        }

        _writer.WriteVarint((ulong)differences.Count);
        foreach (var (key, old, value, isGone) in differences)
        {
            WriteKey(key);
            if (isGone)
            {
                _writer.WriteByte(Gone);
            }
            else if (old.AsMap is { } oldMap && value.AsMap is { } newMap && depth + 1 < MaximumDepth)
            {
                _writer.WriteByte(Changed);
                WriteChanges(oldMap, newMap, depth + 1);
            }
            else
            {
                WriteValue(value, depth + 1);
            }
        }
    }

    private MetadataMap ReadMap(ref ByteReader reader, TextCache texts, int depth)
    {
        CheckDepth(depth);
        var builder = new MetadataBuilder();
        for (int count = reader.ReadCount(); count > 0; count--)
        {
            string key = ReadKey(ref reader, texts);
            builder.Set(key, ReadValue(ref reader, texts, reader.ReadByte(), depth + 1));
        }

        return builder.Build();
    }

    private MetadataMap ReadChanges(ref ByteReader reader, TextCache texts, MetadataMap before, int depth)
    {
        CheckDepth(depth);

        int count = reader.ReadCount();

        // A few are set one by one, with a copy of the values for each; many in one go. Null stands for a key that is gone.
        var after = before;
        var changes = count <= FewChanges ? null : new Dictionary<string, MetadataValue?>(StringComparer.Ordinal);
        for (; count > 0; count--)
        {
            string key = ReadKey(ref reader, texts);
            byte tag = reader.ReadByte();
            MetadataValue? change = tag switch
            {
                Gone => (MetadataValue?)null,
                Changed => ReadChanges(ref reader, texts, before[key].AsMap ?? MetadataMap.Empty, depth + 1),
                _ => ReadValue(ref reader, texts, tag, depth + 1),
            };
            if (changes is not null)
            {
                changes[key] = change;
            }
            else
            {
                after = change is { } value ? after.With(key, value) : after.Without(key);
            }
        }

        return changes is null ? after : Apply(before, changes);
    }

    private string ReadKey(ref ByteReader reader, TextCache texts)
    {
        ulong number = reader.ReadVarint();
        if (number != 0)
        {
            return (number <= uint.MaxValue ? keys.Find((uint)number) : null) ?? throw new InvalidDataException($"there is no metadata key {number}");
        }

        // A map never has a key with a dot: a damaged one would be taken for a path.
        string key = texts.Get(reader.ReadBytes(reader.ReadCount()));
        return key.Contains('.', StringComparison.Ordinal) ? throw new InvalidDataException($"'{key}' is no metadata key") : key;
    }

    private MetadataValue ReadList(ref ByteReader reader, TextCache texts, int depth)
    {
        CheckDepth(depth);
        int count = reader.ReadCount();
        if (count > PooledElements)
        {
            // Grows with what is really there.
            var list = new List<MetadataValue>();
            for (; count > 0; count--)
            {
                list.Add(ReadValue(ref reader, texts, reader.ReadByte(), depth + 1));
            }

            return MetadataValue.List(list);
        }

        var elements = ArrayPool<MetadataValue>.Shared.Rent(PooledElements);
        for (int i = 0; i < count; i++)
        {
            elements[i] = ReadValue(ref reader, texts, reader.ReadByte(), depth + 1);
        }

        var value = MetadataValue.List(elements.AsSpan(0, count));
        elements.AsSpan(0, count).Clear();
        ArrayPool<MetadataValue>.Shared.Return(elements);
        return value;
    }

    private MetadataValue ReadValue(ref ByteReader reader, TextCache texts, byte tag, int depth)
    {
        switch (tag)
        {
            case Null:
                return default;
            case False:
                return false;
            case True:
                return true;
            case Integer:
                return reader.ReadSigned();
            case Number:
                return MetadataValue.FromDouble(reader.ReadDouble());
            case Text:
                return texts.Get(reader.ReadBytes(reader.ReadCount()));
            case List:
                return ReadList(ref reader, texts, depth);
            case Map:
                return ReadMap(ref reader, texts, depth);
            case >= SmallInteger:
                return tag & 0x7f;
            case >= ShortText:
                return texts.Get(reader.ReadBytes(tag & 0x3f));
            default:
                throw new InvalidDataException($"{tag} is no kind of metadata");
        }
    }
}
