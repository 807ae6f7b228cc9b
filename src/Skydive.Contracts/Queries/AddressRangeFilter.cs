using System.Diagnostics.CodeAnalysis;
using System.Net;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>
/// The field holds an address (<c>10.0.0.1</c> or, with a prefix length, <c>10.0.0.1/24</c>) that lies inside a network. Works for IPv4 and
/// IPv6, and for IPv4 addresses mapped into IPv6; host bits of the network are masked off first.
/// </summary>
public sealed record AddressRangeFilter : FieldFilter
{
    private readonly IPNetwork _network;

    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="range">The network as <c>address/prefix length</c>; an address alone means just that address.</param>
    /// <exception cref="ArgumentException">The text is no network.</exception>
    public AddressRangeFilter(string key, string range)
        : base(key)
    {
        Range = range;
        _network = ParseNetwork(range);
    }

    /// <summary>The network as it was given.</summary>
    public string Range { get; }

    private static IPNetwork ParseNetwork(string range)
    {
        int slash = range.IndexOf('/', StringComparison.Ordinal);
        if (!TryParseAddress(slash < 0 ? range : range.AsSpan(0, slash), out var address))
        {
            throw new ArgumentException($"'{range}' is not a network such as 192.168.0.0/24", nameof(range));
        }

        byte[] bytes = address.GetAddressBytes();
        int prefixLength = bytes.Length * 8;
        if (slash >= 0
            && (!int.TryParse(range.AsSpan(slash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out prefixLength)
                || prefixLength > bytes.Length * 8))
        {
            throw new ArgumentException($"'{range}' has a prefix length outside 0 to {bytes.Length * 8}", nameof(range));
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            int kept = Math.Clamp(prefixLength - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        return new IPNetwork(new IPAddress(bytes), prefixLength);
    }

    // The platform's parser also takes "10", "0x7f.1", "[::1]:80" and zones, none of which is an address in a topology: a port number
    // must not be found in 0.0.0.0/0.
    private static bool TryParseAddress(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Contains(':'))
        {
            return !text.ContainsAny('[', ']', '%') && IPAddress.TryParse(text, out address);
        }

        int dots = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '.')
            {
                dots++;
            }
            else if (!char.IsAsciiDigit(text[i]) || (text[i] == '0' && (i == 0 || text[i - 1] == '.') && i + 1 < text.Length && text[i + 1] != '.'))
            {
                // A leading zero means octal to some and nothing to others.
                return false;
            }
        }

        return dots == 3 && IPAddress.TryParse(text, out address);
    }

    private protected override bool MatchesValue(MetadataValue value)
    {
        if (value.AsString is not { } text)
        {
            return false;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return TryParseAddress(slash < 0 ? text : text.AsSpan(0, slash), out var address)
            && (_network.Contains(address) || (address.IsIPv4MappedToIPv6 && _network.Contains(address.MapToIPv4())));
    }
}
