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

    private static string Describe(IPEndPoint target, string type) => type == TargetTypes.Erspan
        ? string.Create(CultureInfo.InvariantCulture, $"not ({(target.AddressFamily == AddressFamily.InterNetwork ? "ip" : "ip6")} proto 47 and host {target.Address})")
        : string.Create(CultureInfo.InvariantCulture, $"not (host {target.Address} and udp port {target.Port})");

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
