using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Skydive.Packets;

namespace Skydive.Flows.Encoding;

/// <summary>Texts that stand for numbers: addresses and identifiers. What is read from a text is written as exactly that text.</summary>
internal static class KeyTexts
{
    /// <summary>The kind of a key that is an IPv4 address, a MAC address or an identifier.</summary>
    public const byte KindShort = 0;

    /// <summary>The kind of a key that is an IPv6 address.</summary>
    public const byte KindIPv6 = 1;

    /// <summary>The longest text: an IPv6 address with an IPv4 address in its end.</summary>
    public const int MaxTextLength = 46;

    /// <summary>How the texts of a column are encoded when all of them are such texts; 0 for other columns.</summary>
    public static byte EncodingOf(FlowColumn column) => column switch
    {
        FlowColumn.NetworkA or FlowColumn.NetworkB => FlowChunkFormat.EncodingAddress,
        FlowColumn.LinkA or FlowColumn.LinkB => FlowChunkFormat.EncodingMac,
        FlowColumn.ParentUuid => FlowChunkFormat.EncodingIdentifier,
        _ => 0,
    };

    /// <summary>Reads a text.</summary>
    /// <returns>False when it is not what its number would be written as.</returns>
    public static bool TryParse(byte encoding, string text, out TextKey key)
    {
        switch (encoding)
        {
            case FlowChunkFormat.EncodingAddress:
                return TryParseIPv4(text, out key) || TryParseIPv6(text, out key);
            case FlowChunkFormat.EncodingMac:
                bool isAddress = MacAddress.TryParse(text, out MacAddress mac);
                key = new(mac.Value);
                return isAddress && !text.AsSpan().ContainsAnyInRange('A', 'F') && !text.Contains('-', StringComparison.Ordinal);
            default:
                // No flow has the identifier 0: it stands for the empty text.
                bool isNumber = FlowObjectRows.TryParseHexadecimal(text, out ulong number);
                key = new(number);
                return text.Length == 0 || (isNumber && number != 0);
        }
    }

    /// <summary>Writes the text of a key.</summary>
    /// <param name="encoding">What it is.</param>
    /// <param name="key">The key.</param>
    /// <param name="utf8">Room for <see cref="MaxTextLength"/> bytes.</param>
    /// <returns>How many there are.</returns>
    public static int Format(byte encoding, in TextKey key, Span<byte> utf8)
    {
        switch (encoding)
        {
            case FlowChunkFormat.EncodingAddress when key.Kind == KindShort:
                return FormatIPv4((uint)key.Low, utf8);
            case FlowChunkFormat.EncodingAddress:
                DecodedPacket.ToIPAddress(LayerType.IPv6, key.High, key.Low).TryFormat(utf8, out int length);
                return length;
            case FlowChunkFormat.EncodingMac:
                return FormatMac(key.Low, utf8);
            default:
                return key.Low == 0 ? 0 : FormatHexadecimal(key.Low, utf8);
        }
    }

    /// <summary>Writes a number as hexadecimal digits without leading zeros.</summary>
    /// <returns>How many there are.</returns>
    public static int FormatHexadecimal(ulong value, Span<byte> utf8)
    {
        value.TryFormat(utf8, out int written, "x", CultureInfo.InvariantCulture);
        return written;
    }

    private static int FormatIPv4(uint address, Span<byte> utf8)
    {
        int length = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            uint part = (address >> shift) & 0xff;
            if (part >= 100)
            {
                utf8[length++] = (byte)('0' + (part / 100));
            }

            if (part >= 10)
            {
                utf8[length++] = (byte)('0' + (part / 10 % 10));
            }

            utf8[length++] = (byte)('0' + (part % 10));
            if (shift > 0)
            {
                utf8[length++] = (byte)'.';
            }
        }

        return length;
    }

    private static int FormatMac(ulong address, Span<byte> utf8)
    {
        const int Length = 17;
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        for (int i = 0, shift = 44; i < Length; i++)
        {
            if (i % 3 == 2)
            {
                utf8[i] = (byte)':';
            }
            else
            {
                utf8[i] = digits[(int)(address >> shift) & 0xf];
                shift -= 4;
            }
        }

        return Length;
    }

    private static bool TryParseIPv4(string text, out TextKey key)
    {
        key = default;
        uint address = 0;
        uint part = 0;
        int digits = 0;
        int parts = 1;
        foreach (char character in text)
        {
            if (character == '.')
            {
                if (digits == 0 || ++parts > 4)
                {
                    return false;
                }

                address = (address << 8) | part;
                part = 0;
                digits = 0;
            }
            else
            {
                // No leading zeros.
                if (!char.IsAsciiDigit(character) || (digits > 0 && part == 0))
                {
                    return false;
                }

                digits++;
                part = (part * 10) + (uint)(character - '0');
                if (part > 255)
                {
                    return false;
                }
            }
        }

        key = new(KindShort, 0, (address << 8) | part);
        return parts == 4 && digits > 0;
    }

    private static bool TryParseIPv6(string text, out TextKey key)
    {
        key = default;
        if (!text.Contains(':', StringComparison.Ordinal) || !IPAddress.TryParse(text, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetworkV6
            || address.ScopeId != 0 || address.ToString() != text)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        key = new(KindIPv6, BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        return true;
    }
}
