using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Skydive.Analyzer.Queries;
using Skydive.Analyzer.Resources;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Routing;
using Skydive.Gremlin;
using Skydive.Packets;

namespace Skydive.Analyzer.Injections;

/// <summary>
/// Finds out what each source of an injection has to send: its own address that suits the destination, the destination's, and the MAC address
/// of the next hop by the source's routes and neighbours. What the injection gives itself is taken as it is. Anything missing is an error, so
/// that nothing is sent.
/// </summary>
internal sealed class InjectionResolver(GraphSnapshot graph, Random random)
{
    /// <summary>Checks an injection and completes it for each of its sources.</summary>
    /// <exception cref="ResourceException">A member is invalid, nodes are not found, or there is no way.</exception>
    public async Task<IReadOnlyList<ResolvedInjection>> ResolveAsync(Injection injection, CancellationToken cancellationToken)
    {
        Validate(injection);
        var sources = await SelectAsync(nameof(injection.Src), injection.Src, cancellationToken).ConfigureAwait(false);
        if (sources.Count == 0)
        {
            throw Invalid($"Not able to find a source node for '{injection.Src}'");
        }

        if (injection.Pcap is not null)
        {
            return [.. sources.Select(source => new ResolvedInjection(CheckSource(source), injection))];
        }

        Node? destination = null;
        if (injection.Dst.Length > 0)
        {
            destination = (await SelectAsync(nameof(injection.Dst), injection.Dst, cancellationToken).ConfigureAwait(false)).FirstOrDefault()
                ?? throw Invalid($"Not able to find a destination node for '{injection.Dst}'");
        }
        else if (injection.DstIP.Length == 0)
        {
            throw Invalid("Dst: give the node that the packets are for, or DstIP");
        }

        // In a mesh the destination is one of the sources.
        var others = sources.Where(source => source.Id != destination?.Id).ToArray();
        if (others.Length == 0)
        {
            throw Invalid($"{destination!.Name} is source and destination");
        }

        int index = 0;
        ushort destinationPort = injection.DstPort != 0 ? injection.DstPort : (ushort)random.Next(Injection.FirstRandomPort, ushort.MaxValue + 1);
        int sourcePort = injection.SrcPort != 0 ? injection.SrcPort : random.Next(Injection.FirstRandomPort, ushort.MaxValue + 1);
        int identifier = injection.ICMPID != 0 ? injection.ICMPID : random.Next(1, ushort.MaxValue + 1);
        var resolved = new List<ResolvedInjection>(others.Length);
        foreach (var source in others)
        {
            resolved.Add(new(CheckSource(source), Complete(injection, source, destination) with
            {
                SrcPort = Wrap(sourcePort + index, Injection.FirstRandomPort),
                DstPort = destinationPort,
                ICMPID = Wrap(identifier + index, 1),
            }));
            index++;
        }

        return resolved;
    }

    /// <summary>Completes an injection from one node to another.</summary>
    /// <param name="injection">The packets.</param>
    /// <param name="source">Who sends.</param>
    /// <param name="destination">Who they are for.</param>
    /// <exception cref="ResourceException">There is no way.</exception>
    public Injection Resolve(Injection injection, Node source, Node destination) => Complete(injection, CheckSource(source), destination);

    private static ResourceException Invalid(string message) => new(400, ErrorCodes.InvalidInjection, message);

    private static ushort Wrap(int number, int first) => (ushort)(number <= ushort.MaxValue ? number : first + ((number - first) % (ushort.MaxValue + 1 - first)));

    private static void Validate(Injection injection)
    {
        if (!InjectionTypes.All.Contains(injection.Type))
        {
            throw Invalid($"given type is not supported: '{injection.Type}' is none of {string.Join(", ", InjectionTypes.All)}");
        }

        if (injection.Mode is not (InjectionModes.Unique or InjectionModes.Random))
        {
            throw Invalid($"Mode: '{injection.Mode}' is neither {InjectionModes.Unique} nor {InjectionModes.Random}");
        }

        if (injection.Src.Length == 0)
        {
            throw Invalid("Src: give the nodes that send");
        }

        if (injection.Payload.Length > 0 && injection.PayloadBytes is not null)
        {
            throw Invalid("PayloadBytes: the payload is given by Payload already: expected one of the two");
        }

        if (injection.Count < 0 || injection.Interval < 0 || injection.IncrementPayload < 0)
        {
            throw Invalid($"{(injection.Count < 0 ? nameof(injection.Count) : injection.Interval < 0 ? nameof(injection.Interval) : nameof(injection.IncrementPayload))}: less than 0");
        }

        ValidateAddress(nameof(injection.SrcIP), injection.SrcIP, injection.Type);
        ValidateAddress(nameof(injection.DstIP), injection.DstIP, injection.Type);
        ValidateMac(nameof(injection.SrcMAC), injection.SrcMAC);
        ValidateMac(nameof(injection.DstMAC), injection.DstMAC);
    }

    private static void ValidateAddress(string member, string text, string type)
    {
        if (text.Length > 0 && !InterfaceAddress.TryParse(text, FamilyOf(type), out _))
        {
            throw Invalid($"{member}: '{text}' is no IPv{(InjectionTypes.IsIPv6(type) ? 6 : 4)} address, which {type} needs");
        }
    }

    private static void ValidateMac(string member, string text)
    {
        if (text.Length > 0 && !MacAddress.TryParse(text, out _))
        {
            throw Invalid($"{member}: '{text}' is no MAC address");
        }
    }

    private static AddressFamily FamilyOf(string type) => InjectionTypes.IsIPv6(type) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    private static Node CheckSource(Node source)
    {
        if (source.Metadata["IfIndex"].IsNull || source.Host.Length == 0)
        {
            throw Invalid($"{source.Name} is a {source.Type}: packets are sent from interfaces only");
        }

        return source.Metadata["LinkFlags"].Elements.Contains("UP") ? source : throw Invalid($"{source.Name} is down: nothing can be sent from it");
    }

    /// <summary>The nodes that an expression gives, each once.</summary>
    /// <param name="member">The member of the resource in which it stands.</param>
    /// <param name="gremlin">The expression.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ResourceException">It is no expression for nodes.</exception>
    public async Task<IReadOnlyList<Node>> SelectAsync(string member, string gremlin, CancellationToken cancellationToken)
    {
        try
        {
            var result = await GremlinEngine.ExecuteAsync(gremlin, new SnapshotQuerySource(graph), null, cancellationToken).ConfigureAwait(false);
            return result.Kind == GremlinKind.Nodes
                ? [.. result.Nodes.DistinctBy(static node => node.Id)]
                : throw Invalid($"{member}: Not a valid Gremlin expression: it gives {result.Kind.ToString().ToLowerInvariant()}, expected nodes");
        }
        catch (GremlinException e) when (e.Reason == GremlinErrorReason.NotFound)
        {
            return [];
        }
        catch (GremlinException e)
        {
            throw Invalid($"{member}: Not a valid Gremlin expression: {e.Message}");
        }
    }

    private Injection Complete(Injection injection, Node source, Node? destination)
    {
        var family = FamilyOf(injection.Type);
        var own = injection.SrcIP.Length > 0 && InterfaceAddress.TryParse(injection.SrcIP, family, out var given) ? [given] : InterfaceAddress.Of(source, family);
        if (own.Count == 0)
        {
            throw Invalid($"{source.Name} has no IPv{(family == AddressFamily.InterNetwork ? 4 : 6)} address, which {injection.Type} needs: give SrcIP");
        }

        var to = FindDestinationAddress(injection, destination, own, family);
        var from = own.FirstOrDefault(address => address.Reaches(to)) ?? own.FirstOrDefault(address => address.IsLinkLocal == to.IsIPv6LinkLocal) ?? own[0];
        var resolved = injection with { SrcIP = from.Address.ToString(), DstIP = to.ToString() };
        if (source.GetText("EncapType") is "ether" or "loopback")
        {
            string? mac = injection.SrcMAC.Length > 0 ? injection.SrcMAC : source.GetText("MAC");
            resolved = resolved with
            {
                SrcMAC = mac ?? throw Invalid($"{source.Name} has no MAC address: give SrcMAC"),
                DstMAC = injection.DstMAC.Length > 0 ? injection.DstMAC : FindNextHop(source, destination, from, to),
            };
        }

        CheckLength(resolved, source);
        return resolved;
    }

    private static IPAddress FindDestinationAddress(Injection injection, Node? destination, IReadOnlyList<InterfaceAddress> own, AddressFamily family)
    {
        if (injection.DstIP.Length > 0 && InterfaceAddress.TryParse(injection.DstIP, family, out var given))
        {
            return given.Address;
        }

        var theirs = InterfaceAddress.Of(destination!, family);
        if (theirs.Count == 0)
        {
            throw Invalid($"{destination!.Name} has no IPv{(family == AddressFamily.InterNetwork ? 4 : 6)} address, which {injection.Type} needs: give DstIP");
        }

        return (theirs.FirstOrDefault(address => !address.IsLinkLocal && own.Any(mine => mine.Reaches(address.Address)))
            ?? theirs.FirstOrDefault(address => !address.IsLinkLocal && own.Any(static mine => !mine.IsLinkLocal))
            ?? theirs.FirstOrDefault(address => own.Any(mine => mine.IsLinkLocal == address.IsLinkLocal))
            ?? theirs[0]).Address;
    }

    /// <summary>The MAC address that the packets are sent to: that of the router, or of the destination on the same link.</summary>
    private string FindNextHop(Node source, Node? destination, InterfaceAddress from, IPAddress to)
    {
        if (source.GetText("EncapType") == "loopback")
        {
            return "00:00:00:00:00:00";
        }

        if (GroupMac(to) is { } group)
        {
            return group;
        }

        var hop = RouteLookup.Find(source, to);
        bool isRouted = RouteLookup.HasRoutes(source, to.AddressFamily);
        if (hop is null && isRouted && !from.Reaches(to))
        {
            throw Invalid($"{source.Name} has no route to {to}: give DstMAC");
        }

        // An interface without routes is a port of a bridge or a switch: all it can reach is on its link.
        if (hop is null && !isRouted && destination is null && !from.Reaches(to))
        {
            throw Invalid($"{source.Name} has no route to {to}: give DstMAC, or SrcIP with the length of its prefix");
        }

        if (hop?.Gateway is { } gateway)
        {
            return hop.Mac ?? FindOwner(gateway)
                ?? throw Invalid($"the MAC address of {gateway}, the next hop from {source.Name} to {to}, is not known: give DstMAC, or let {source.Name} speak with it once");
        }

        return (destination is not null ? MacOf(destination) : null) ?? hop?.Mac ?? RouteLookup.FindMac(source, to, source.Metadata["IfIndex"]) ?? FindOwner(to)
            ?? throw Invalid($"the MAC address of {to} is not known: give DstMAC, or let {source.Name} speak with it once");
    }

    private static string? MacOf(Node node) => node.Metadata["ExtID"].AsMap?["attached-mac"].AsString is { Length: > 0 } attached ? attached : node.GetText("MAC");

    /// <summary>The MAC address of the one node that has an address; null when there is none, or more than one, since addresses repeat in namespaces.</summary>
    private string? FindOwner(IPAddress address)
    {
        string? found = null;
        foreach (var node in graph.GetNodes())
        {
            if (InterfaceAddress.Of(node, address.AddressFamily).Any(other => other.Address.Equals(address)) && MacOf(node) is { } mac)
            {
                if (found is not null && found != mac)
                {
                    return null;
                }

                found = mac;
            }
        }

        return found;
    }

    /// <summary>The MAC address of a group (RFC 1112 6.4, RFC 2464 7), or of all; null for the address of one.</summary>
    private static string? GroupMac(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        if (address.Equals(IPAddress.Broadcast))
        {
            return "ff:ff:ff:ff:ff:ff";
        }

        return address.IsIPv6Multicast ? string.Create(CultureInfo.InvariantCulture, $"33:33:{bytes[12]:x2}:{bytes[13]:x2}:{bytes[14]:x2}:{bytes[15]:x2}")
            : bytes.Length == 4 && bytes[0] is >= 224 and < 240 ? string.Create(CultureInfo.InvariantCulture, $"01:00:5e:{bytes[1] & 0x7f:x2}:{bytes[2]:x2}:{bytes[3]:x2}")
            : null;
    }

    /// <summary>Packets are not cut: the longest must fit.</summary>
    private static void CheckLength(Injection injection, Node source)
    {
        if (!source.Metadata["MTU"].TryGetInteger(out long mtu))
        {
            return;
        }

        long payload = injection.PayloadBytes?.Length ?? (injection.Payload.Length > 0 ? Encoding.UTF8.GetByteCount(injection.Payload) : Injection.DefaultPayloadLength);
        long headers = (InjectionTypes.IsIPv6(injection.Type) ? 40 : 20) + (injection.Type is InjectionTypes.TcpV4 or InjectionTypes.TcpV6 ? 20 : 8);
        double longest = headers + payload + (Math.Max(0, injection.Count - 1) * (double)injection.IncrementPayload);
        if (longest > mtu)
        {
            throw Invalid(string.Create(CultureInfo.InvariantCulture, $"the longest packet would have {longest:0} bytes, {source.Name} takes {mtu} (MTU)"));
        }
    }
}
