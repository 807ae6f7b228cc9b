using System.Globalization;
using System.Net;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>Addresses with the length of their prefix as text. What comes again and again, such as <c>fe80::/64</c>, is one string.</summary>
internal static class PrefixText
{
    // Each place is overwritten by the next prefix that falls on it, so that this never grows. The worst of a race is a string too many.
    private const int Places = 1024;

    private static readonly Entry?[] s_places = new Entry?[Places];

    public static string Of(IPAddress address, int length)
    {
        ref var place = ref s_places[(uint)HashCode.Combine(address, length) % Places];
        if (Volatile.Read(ref place) is { } entry && entry.Length == length && entry.Address.Equals(address))
        {
            return entry.Text;
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"{address}/{length}");
        Volatile.Write(ref place, new(address, length, text));
        return text;
    }

    private sealed record Entry(IPAddress Address, int Length, string Text);
}
