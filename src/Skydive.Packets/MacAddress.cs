using System.Diagnostics.CodeAnalysis;

namespace Skydive.Packets;

/// <summary>A 48-bit MAC address as a number, first byte highest, so that numbers compare as bytes do.</summary>
/// <param name="Value">The address in the low 48 bits.</param>
public readonly record struct MacAddress(ulong Value) : IComparable<MacAddress>
{
    private const ulong Mask = 0xffff_ffff_ffff;

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast => new(Mask);

    /// <summary>Whether one address stands before another in byte order.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(MacAddress left, MacAddress right) => left.Value < right.Value;

    /// <summary>Whether one address stands after another in byte order.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(MacAddress left, MacAddress right) => left.Value > right.Value;

    /// <summary>Whether one address stands before another in byte order or is the same.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(MacAddress left, MacAddress right) => left.Value <= right.Value;

    /// <summary>Whether one address stands after another in byte order or is the same.</summary>
    /// <param name="left">One address.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(MacAddress left, MacAddress right) => left.Value >= right.Value;

    /// <summary>Reads six pairs of hexadecimal digits between colons or hyphens.</summary>
    /// <param name="text">The text, such as <c>02:00:00:00:00:01</c>.</param>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public static MacAddress Parse(string text) =>
        TryParse(text, out MacAddress address) ? address : throw new FormatException($"'{text}' is not a MAC address such as 02:00:00:00:00:01.");

    /// <summary>Reads six pairs of hexadecimal digits between colons or hyphens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    /// <returns>False when the text is not of that form.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out MacAddress address)
    {
        address = default;
        if (text is not { Length: 17 })
        {
            return false;
        }

        ulong value = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (i % 3 == 2)
            {
                if (text[i] is not (':' or '-'))
                {
                    return false;
                }
            }
            else if (char.IsAsciiHexDigit(text[i]))
            {
                value = (value << 4) | (uint)(char.IsAsciiDigit(text[i]) ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
            }
            else
            {
                return false;
            }
        }

        address = new MacAddress(value);
        return true;
    }

    /// <summary>Writes the six bytes, first byte first.</summary>
    /// <param name="destination">At least six bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        for (int i = 0; i < 6; i++)
        {
            destination[i] = (byte)(Value >> (40 - (8 * i)));
        }
    }

    /// <inheritdoc/>
    public int CompareTo(MacAddress other) => Value.CompareTo(other.Value);

    /// <summary>Six pairs of lower-case hexadecimal digits between colons.</summary>
    public override string ToString() => string.Create(17, Value, static (text, value) =>
    {
        const string Digits = "0123456789abcdef";
        for (int i = 0, shift = 44; i < 17; i++)
        {
            if (i % 3 == 2)
            {
                text[i] = ':';
            }
            else
            {
                text[i] = Digits[(int)(value >> shift) & 0xf];
                shift -= 4;
            }
        }
    });
}
