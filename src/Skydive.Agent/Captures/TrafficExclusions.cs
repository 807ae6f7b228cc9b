using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Skydive.Contracts.Captures;
using Skydive.Packets;

namespace Skydive.Agent.Captures;

/// <summary>
/// Keeps captures from seeing what they cause themselves: the agent's own connections to analyzers, and what is sent to a capture's target. Each
/// packet that is captured would otherwise make another one.
/// </summary>
internal static class TrafficExclusions
{
    /// <summary>The packet filter of a capture with its own traffic left out; empty for all packets.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="analyzers">The analyzers that the agent talks to.</param>
    public static string Combine(Capture capture, IReadOnlyList<Uri> analyzers)
    {
        // Before the capture's own filter: its keyword "vlan" shifts whatever comes after it.
        var terms = analyzers.SelectMany(Describe).ToList();
        if (CaptureTarget.TryParse(capture, out var target, out _) && target is not null)
        {
            terms.AddRange(target.Types.Select(type => Describe(target.EndPoint, type)));
        }

        if (!string.IsNullOrEmpty(capture.BPFFilter))
        {
            terms.Add($"({capture.BPFFilter})");
        }

        return string.Join(" and ", terms);
    }

    /// <summary>The ends of the traffic that <see cref="Combine"/> leaves out, for captures that take no filter.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="analyzers">The analyzers that the agent talks to.</param>
    public static IReadOnlyList<ExcludedEndpoint> Resolve(Capture capture, IReadOnlyList<Uri> analyzers)
    {
        var ends = analyzers.SelectMany(static analyzer => Resolve(analyzer.IdnHost).Select(address => new ExcludedEndpoint(address, IpProtocol.Tcp, analyzer.Port))).ToList();
        if (CaptureTarget.TryParse(capture, out var target, out _) && target is not null)
        {
            ends.AddRange(target.Types.Select(type => type == TargetTypes.Erspan
                ? new ExcludedEndpoint(target.EndPoint.Address, IpProtocol.Gre, 0)
                : new ExcludedEndpoint(target.EndPoint.Address, IpProtocol.Udp, target.EndPoint.Port)));
        }

        return ends;
    }

    private static IEnumerable<string> Describe(Uri analyzer) =>
        Resolve(analyzer.IdnHost).Select(address => string.Create(CultureInfo.InvariantCulture, $"not (host {address} and tcp port {analyzer.Port})"));

    /// <summary>
    /// What is sent to a target, and what it answers when nobody takes it there: each such message would be sent to it again. Of a message about an unreachable
    /// destination the packet that it quotes is looked at, which begins behind 8 bytes; options in its header are not expected.
    /// </summary>
    private static string Describe(IPEndPoint target, string type)
    {
        bool isIPv4 = target.AddressFamily == AddressFamily.InterNetwork;
        bool isGre = type == TargetTypes.Erspan;
        byte protocol = isGre ? IpProtocol.Gre : IpProtocol.Udp;
        string sent = isGre
            ? string.Create(CultureInfo.InvariantCulture, $"{(isIPv4 ? "ip" : "ip6")} proto {protocol} and host {target.Address}")
            : string.Create(CultureInfo.InvariantCulture, $"host {target.Address} and udp port {target.Port}");
        string quoted = isIPv4
            ? string.Create(CultureInfo.InvariantCulture, $"src host {target.Address} and icmp[0] == {IcmpV4Type.DestinationUnreachable} and icmp[17] == {protocol}")
            : string.Create(CultureInfo.InvariantCulture, $"src host {target.Address} and ip6 proto {IpProtocol.IcmpV6} and ip6[40] == {IcmpV6Type.DestinationUnreachable} and ip6[54] == {protocol}");
        string port = isGre ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" and {(isIPv4 ? "icmp[30:2]" : "ip6[90:2]")} == {target.Port}");
        return $"not ({sent}) and not ({quoted}{port})";
    }

    private static IPAddress[] Resolve(string host)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [literal];
        }

        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (SocketException)
        {
            // There is no connection to it then either.
            return [];
        }
    }
}
