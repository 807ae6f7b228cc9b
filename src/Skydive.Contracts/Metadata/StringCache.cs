using System.Text;
using System.Text.Json;

namespace Skydive.Contracts.Metadata;

/// <summary>
/// Gives one string object for texts that come again and again: metadata keys, hosts, states. Bounded: a slot holds the text seen last, so
/// hostile input costs a miss and never memory. Only short ASCII texts are kept. Safe for use by several threads at once.
/// </summary>
internal sealed class StringCache
{
    /// <summary>Keys of metadata.</summary>
    public static readonly StringCache Keys = new(2048, 64);

    /// <summary>Values of metadata: types, states, drivers … Too short for identifiers, which would only push out the others.</summary>
    public static readonly StringCache Values = new(4096, 32);

    /// <summary>Hosts and origins.</summary>
    public static readonly StringCache Origins = new(1024, 128);

    private readonly string?[] _slots;
    private readonly int _maximumLength;

    /// <summary>Makes a cache.</summary>
    /// <param name="slots">How many texts it holds at most; a power of 2.</param>
    /// <param name="maximumLength">Longer texts are not kept.</param>
    public StringCache(int slots, int maximumLength)
    {
        _slots = new string?[slots];
        _maximumLength = maximumLength;
    }

    /// <summary>The text of the string or member name on which a reader stands.</summary>
    /// <param name="reader">The reader.</param>
    /// <exception cref="JsonException">The text is no valid UTF-8, or has half a surrogate pair.</exception>
    public string Read(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > _maximumLength)
        {
            return ReadText(ref reader);
        }

        ref string? slot = ref Find(reader.ValueSpan, out string? cached);
        if (cached is not null)
        {
            return cached;
        }

        int length = reader.ValueSpan.Length;
        string text = ReadText(ref reader);
        if (text.Length == length)
        {
            Volatile.Write(ref slot, text);
        }

        return text;
    }

    /// <summary>As <see cref="Read"/>, but a text that is not in the cache does not come into it.</summary>
    /// <param name="reader">The reader.</param>
    /// <exception cref="JsonException">The text is no valid UTF-8, or has half a surrogate pair.</exception>
    public string ReadKnown(ref Utf8JsonReader reader)
    {
        if (!reader.HasValueSequence && !reader.ValueIsEscaped && reader.ValueSpan.Length <= _maximumLength)
        {
            Find(reader.ValueSpan, out string? cached);
            if (cached is not null)
            {
                return cached;
            }
        }

        return ReadText(ref reader);
    }

    /// <summary>Puts a text into the cache, if it is one that is kept.</summary>
    /// <param name="text">The text.</param>
    public void Add(string text)
    {
        if (text.Length <= _maximumLength && Ascii.IsValid(text))
        {
            Volatile.Write(ref _slots[Index(Hash(text))], text);
        }
    }

    /// <summary>The text, or an equal one seen before.</summary>
    /// <param name="text">The text.</param>
    public string Share(string text)
    {
        if (text.Length > _maximumLength || !Ascii.IsValid(text))
        {
            return text;
        }

        ref string? slot = ref _slots[Index(Hash(text))];
        if (Volatile.Read(ref slot) is { } cached && string.Equals(cached, text, StringComparison.Ordinal))
        {
            return cached;
        }

        Volatile.Write(ref slot, text);
        return text;
    }

    /// <summary>The text on which a reader stands, with one kind of error for all that can be wrong with it.</summary>
    /// <param name="reader">The reader.</param>
    /// <exception cref="JsonException">The text is no valid UTF-8, or has half a surrogate pair.</exception>
    public static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("text is no valid UTF-8, or has half a surrogate pair", e);
        }
    }

    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (char part in text)
        {
            hash = (hash ^ part) * 16777619;
        }

        return hash;
    }

    // The slot of a text, and the text when it is there.
    private ref string? Find(ReadOnlySpan<byte> bytes, out string? cached)
    {
        uint hash = 2166136261;
        foreach (byte part in bytes)
        {
            hash = (hash ^ part) * 16777619;
        }

        ref string? slot = ref _slots[Index(hash)];
        cached = Volatile.Read(ref slot) is { } text && text.Length == bytes.Length && Ascii.Equals(bytes, text) ? text : null;
        return ref slot;
    }

    // The upper bits of the product depend on all of the text, the lower ones less so.
    private int Index(uint hash) => (int)((hash ^ (hash >> 15)) & (uint)(_slots.Length - 1));
}
