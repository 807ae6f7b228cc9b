using Skydive.Contracts.Flows;

namespace Skydive.Flows.Encoding;

/// <summary>Flows as wire records.</summary>
internal sealed class FlowObjectRows(Flow[] flows) : FlowRows
{
    private const int NoDigit = 99;

    public override int Count => flows.Length;

    // What each ASCII character is as a lower-case hexadecimal digit.
    private static ReadOnlySpan<byte> HexadecimalValues =>
    [
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99, 10, 11, 12, 13, 14, 15, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    public override void ReadParts(Span<FlowParts> parts, FlowChunkScratch scratch)
    {
        for (int i = 0; i < flows.Length; i++)
        {
            parts[i] = FlowColumns.PartsOf(flows[i]);
        }
    }

    public override Span<long> ReadNumbers(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<long> room)
    {
        int count = 0;
        for (int i = 0; i < flows.Length; i++)
        {
            if (HasValue(definition, parts[i]))
            {
                room[count++] = definition.Number!(flows[i]);
            }
        }

        return room[..count];
    }

    public override bool TryReadHexadecimal(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<ulong> numbers, out int count)
    {
        count = 0;
        for (int i = 0; i < flows.Length; i++)
        {
            if (HasValue(definition, parts[i]) && !TryParseHexadecimal(definition.Text!(flows[i]), out numbers[count++]))
            {
                return false;
            }
        }

        return true;
    }

    public override bool TryReadKeys(
        FlowColumnDefinition definition, byte encoding, ReadOnlySpan<FlowParts> parts, Span<int> codes, DistinctKeys keys, out int count)
    {
        var texts = new DistinctTexts();
        count = ReadTexts(definition, parts, codes, texts);
        keys.Clear(texts.Texts.Count);
        foreach (string text in texts.Texts)
        {
            // Different texts give different keys, so that both are numbered alike.
            if (!KeyTexts.TryParse(encoding, text, out TextKey key))
            {
                return false;
            }

            keys.CodeOf(key.Kind, key.High, key.Low);
        }

        return true;
    }

    public override int ReadTexts(FlowColumnDefinition definition, ReadOnlySpan<FlowParts> parts, Span<int> codes, DistinctTexts texts)
    {
        int count = 0;
        string? last = null;
        int code = 0;
        for (int i = 0; i < flows.Length; i++)
        {
            if (!HasValue(definition, parts[i]))
            {
                continue;
            }

            // Most columns are the same text object again and again.
            string text = definition.Text!(flows[i]);
            if (!ReferenceEquals(text, last))
            {
                last = text;
                code = texts.CodeOf(text);
            }

            codes[count++] = code;
        }

        return count;
    }

    /// <summary>Whether reading a text as a hexadecimal number and writing that gives the same text.</summary>
    public static bool TryParseHexadecimal(string text, out ulong value)
    {
        value = 0;
        if (text.Length is 0 or > 16 || (text[0] == '0' && text.Length > 1))
        {
            return false;
        }

        int wrong = 0;
        foreach (char digit in text)
        {
            // Digits and letters come in no order that a branch could be predicted by.
            int number = digit < HexadecimalValues.Length ? HexadecimalValues[digit] : NoDigit;
            wrong |= number;
            value = (value << 4) | (uint)(number & 0xf);
        }

        return wrong < 16;
    }
}
