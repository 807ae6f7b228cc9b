using System.Buffers;

namespace Skydive.Contracts.Metadata;

/// <summary>Collects keys and values, then makes a <see cref="MetadataMap"/> of them. Not for use by several threads at once.</summary>
/// <remarks>
/// Costs itself and the finished map: what is collected rests in pooled arrays until <see cref="Build"/>, and maps with the same keys share
/// one key array. Setting a key takes logarithmic time, also when input chooses the keys.
/// </remarks>
public sealed class MetadataBuilder
{
    // Up to here keys are kept in order, which is fastest for the maps that probes make; beyond, moving them would take quadratic time.
    private const int SortedLimit = 64;

    // The pool has no smaller arrays. Nested builders, which input with dotted keys may ask for by the thousand, start with less.
    private const int SmallestPooled = 16;
    private const int SmallestNested = 2;

    private static readonly KeyArrayCache s_keyArrays = new();

    private readonly bool _isNested;
    private string[] _keys = [];
    private MetadataValue[] _values = [];
    private int _count;
    private Dictionary<string, int>? _positions;
    private MetadataMap? _built;

    /// <summary>Starts empty.</summary>
    public MetadataBuilder()
    {
    }

    private MetadataBuilder(MetadataMap? map)
    {
        _isNested = true;
        _built = map;
    }

    /// <summary>
    /// Sets what a key, with dots for nested maps, leads to. Where a part of the path holds a value that is no map, the value that was set
    /// first stays.
    /// </summary>
    /// <param name="key">The key; empty parts are kept as empty keys.</param>
    /// <param name="value">The value.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The key has more than <see cref="MetadataJson.MaximumDepth"/> parts.</exception>
    public MetadataBuilder Set(string key, MetadataValue value)
    {
        if (!key.Contains('.', StringComparison.Ordinal))
        {
            Put(key, value);
            return this;
        }

        string[] segments = FieldPath.SplitKey(key);
        var builder = this;
        foreach (string segment in segments.AsSpan(0, segments.Length - 1))
        {
            if (builder.Nested(segment) is not { } inner)
            {
                return this;
            }

            builder = inner;
        }

        builder.Put(segments[^1], value);
        return this;
    }

    /// <summary>Sets a key unless the value is null.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The key has more than <see cref="MetadataJson.MaximumDepth"/> parts.</exception>
    public MetadataBuilder SetIfNotNull(string key, MetadataValue value) => value.IsNull ? this : Set(key, value);

    /// <summary>Makes the map. The builder keeps what it holds and may go on collecting.</summary>
    public MetadataMap Build()
    {
        if (_built is not null)
        {
            return _built;
        }

        if (_count == 0)
        {
            return MetadataMap.Empty;
        }

        var values = _values.AsSpan(0, _count);
        foreach (ref var value in values)
        {
            if (value.AsBuilder is { } inner)
            {
                value = inner.Build();
            }
        }

        if (_positions is not null)
        {
            Array.Sort(_keys, _values, 0, _count, StringComparer.Ordinal);
            _positions = null;
        }

        _built = new(s_keyArrays.Share(_keys.AsSpan(0, _count)), values.ToArray());
        Release();
        _count = 0;
        return _built;
    }

    // The builder of the map at a key; null when the key holds something else.
    private MetadataBuilder? Nested(string key)
    {
        Reopen();
        int index = IndexOf(key);
        if (index < 0)
        {
            var added = new MetadataBuilder(null);
            Insert(~index, key, MetadataValue.FromBuilder(added));
            return added;
        }

        if (_values[index].AsBuilder is { } builder)
        {
            return builder;
        }

        if (_values[index].AsMap is not { } map)
        {
            return null;
        }

        builder = new(map);
        _values[index] = MetadataValue.FromBuilder(builder);
        return builder;
    }

    private void Put(string key, MetadataValue value)
    {
        Reopen();
        int index = IndexOf(key);
        if (index >= 0)
        {
            _values[index] = value;
        }
        else
        {
            Insert(~index, key, value);
        }
    }

    private int IndexOf(string key)
    {
        if (_positions is not null)
        {
            return _positions.TryGetValue(key, out int position) ? position : ~_count;
        }

        // Keys often come in order.
        if (_count == 0 || string.CompareOrdinal(_keys[_count - 1], key) < 0)
        {
            return ~_count;
        }

        return Array.BinarySearch(_keys, 0, _count, key, StringComparer.Ordinal);
    }

    private void Insert(int index, string key, MetadataValue value)
    {
        if (_count == _keys.Length)
        {
            Grow();
        }

        if (_positions is null && _count >= SortedLimit)
        {
            _positions = new(StringComparer.Ordinal);
            for (int i = 0; i < _count; i++)
            {
                _positions.Add(_keys[i], i);
            }
        }

        if (_positions is not null)
        {
            index = _count;
            _positions.Add(key, index);
        }
        else if (index < _count)
        {
            Array.Copy(_keys, index, _keys, index + 1, _count - index);
            Array.Copy(_values, index, _values, index + 1, _count - index);
        }

        _keys[index] = key;
        _values[index] = value;
        _count++;
    }

    private void Grow()
    {
        string[] keys;
        MetadataValue[] values;
        if (_isNested && _count == 0)
        {
            keys = new string[SmallestNested];
            values = new MetadataValue[SmallestNested];
        }
        else
        {
            // The pool gives arrays at least as long as asked for; the keys' length is the capacity of both.
            keys = ArrayPool<string>.Shared.Rent(Math.Max(SmallestPooled, _count * 2));
            values = ArrayPool<MetadataValue>.Shared.Rent(keys.Length);
        }

        Array.Copy(_keys, keys, _count);
        Array.Copy(_values, values, _count);
        Release();
        _keys = keys;
        _values = values;
    }

    private void Release()
    {
        if (_keys.Length >= SmallestPooled)
        {
            _keys.AsSpan(0, _count).Clear();
            _values.AsSpan(0, _count).Clear();
            ArrayPool<string>.Shared.Return(_keys);
            ArrayPool<MetadataValue>.Shared.Return(_values);
        }

        _keys = [];
        _values = [];
    }

    // Goes on from the finished map.
    private void Reopen()
    {
        if (_built is not { } map)
        {
            return;
        }

        _built = null;
        var keys = map.KeySpan;
        var values = map.ValueSpan;
        for (int i = 0; i < keys.Length; i++)
        {
            Insert(_count, keys[i], values[i]);
        }
    }
}
