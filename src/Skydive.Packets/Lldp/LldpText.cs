using System.Globalization;
using System.Net;
using System.Text;

namespace Skydive.Packets.Lldp;

/// <summary>What LLDP carries, as text for people.</summary>
internal static class LldpText
{
    private const byte FamilyIPv4 = 1;
    private const byte FamilyIPv6 = 2;
    private const byte Family802 = 6;
    private const byte FamilyDns = 16;
    private const byte FamilyDistinguishedName = 17;
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    /// <summary>Text without the zeros around it that some switches send, and without characters that would garble a terminal.</summary>
    public static string FromBytes(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes.Trim((byte)0));
        return text.Any(char.IsControl)
            ? string.Create(text.Length, text, static (target, source) =>
            {
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = char.IsControl(source[i]) ? ' ' : source[i];
                }
            }).Trim()
            : text;
    }

    /// <summary>Pairs of hexadecimal digits between colons.</summary>
    public static string FromMac(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 3);
        foreach (byte part in bytes)
        {
            text.Append(text.Length == 0 ? string.Empty : ":").Append(part.ToString("x2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    /// <summary>An address of a family as IANA numbers it; null when it is of another length, or of a family without a text form.</summary>
    public static string? FromAddress(byte family, ReadOnlySpan<byte> address) => family switch
    {
        FamilyIPv4 when address.Length == IPv4Length => new IPAddress(address).ToString(),
        FamilyIPv6 when address.Length == IPv6Length => new IPAddress(address).ToString(),
        Family802 => FromMac(address),
        FamilyDns or FamilyDistinguishedName => FromBytes(address),
        _ => null,
    };

    /// <summary>An identifier that begins with an address family.</summary>
    public static string FromNetworkAddress(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 1 && FromAddress(bytes[0], bytes[1..]) is { Length: > 0 } text ? text : FromMac(bytes);
}
