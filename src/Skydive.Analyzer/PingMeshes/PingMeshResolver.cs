using System.Globalization;
using System.Net.Sockets;
using Skydive.Analyzer.Injections;
using Skydive.Analyzer.Resources;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Injections;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.PingMeshes;

/// <summary>
/// Finds the pairs of a mesh in a graph: every ordered pair of selected interfaces that have addresses, with addresses and next hop as an injection
/// would have them. Loopback interfaces, and those without an address but the link-local one of IPv6, are no ends of anything and are left out.
/// </summary>
internal sealed class PingMeshResolver(GraphSnapshot graph)
{
    /// <summary>How many pairs a mesh may have.</summary>
    public const int MaximumPairs = 1000;

    private const long MinimumInterval = 10;
    private const long MaximumTimeout = 60_000;
    private const long MinimumSamplePeriod = 1000;
    private const long MaximumMilliseconds = 86_400_000;
    private const int MaximumPayload = 65_507;

    // Neither ports nor identifiers come from here.
    private readonly InjectionResolver _resolver = new(graph, Random.Shared);

    /// <summary>Fills in what a mesh does not say.</summary>
    /// <exception cref="ResourceException">A member is invalid.</exception>
    public static PingMesh Complete(PingMesh mesh)
    {
        var complete = new PingMesh
        {
            UUID = mesh.UUID,
            Name = mesh.Name,
            Src = mesh.Src,
            Dst = mesh.Dst,
            Type = mesh.Type.Length == 0 ? PingTypes.IcmpV4 : mesh.Type,
            Interval = mesh.Interval == 0 ? PingMesh.DefaultInterval : mesh.Interval,
            Count = mesh.Count,
            PayloadSize = mesh.PayloadSize ?? PingMesh.DefaultPayloadSize,
            Timeout = mesh.Timeout == 0 ? PingMesh.DefaultTimeout : mesh.Timeout,
            SamplePeriod = mesh.SamplePeriod == 0 ? Math.Max(PingMesh.DefaultSamplePeriod, mesh.Interval) : mesh.SamplePeriod,
            TTL = mesh.TTL == 0 ? PingMesh.DefaultTimeToLive : mesh.TTL,
            StartTime = mesh.StartTime,
        };
        if (complete.Src.Length == 0)
        {
            throw Invalid("Src: give the interfaces that ask, such as G.V().Has('Type', 'veth')");
        }

        if (!PingTypes.All.Contains(complete.Type))
        {
            throw Invalid($"Type: '{complete.Type}' is none of {string.Join(", ", PingTypes.All)}");
        }

        Check(nameof(mesh.Interval), complete.Interval, MinimumInterval, MaximumMilliseconds);
        Check(nameof(mesh.Timeout), complete.Timeout, 1, MaximumTimeout);
        Check(nameof(mesh.SamplePeriod), complete.SamplePeriod, MinimumSamplePeriod, MaximumMilliseconds);
        Check(nameof(mesh.Count), complete.Count, 0, long.MaxValue);
        Check(nameof(mesh.PayloadSize), complete.PayloadSize ?? 0, 0, MaximumPayload);
        return complete;
    }

    /// <summary>Finds the pairs, by name of their source, then of their destination.</summary>
    /// <param name="mesh">The mesh, complete.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ResourceException">An expression is none for nodes, or gives no pair or too many.</exception>
    public async Task<IReadOnlyList<MeshPair>> ResolveAsync(PingMesh mesh, CancellationToken cancellationToken)
    {
        var family = mesh.Type == PingTypes.IcmpV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        try
        {
            var sources = Ends(await _resolver.SelectAsync(nameof(mesh.Src), mesh.Src, cancellationToken).ConfigureAwait(false), family);
            var destinations = mesh.Dst.Length == 0 ? sources : Ends(await _resolver.SelectAsync(nameof(mesh.Dst), mesh.Dst, cancellationToken).ConfigureAwait(false), family);
            long count = sources.Sum(source => destinations.Count(destination => destination.Id != source.Id));
            if (count > MaximumPairs)
            {
                throw Invalid(string.Create(
                    CultureInfo.InvariantCulture, $"{sources.Count} sources and {destinations.Count} destinations make {count} pairs: {MaximumPairs} are the most; select fewer, or make several meshes"));
            }

            return count > 0
                ? [.. sources.SelectMany(source => destinations.Where(destination => destination.Id != source.Id).Select(destination => Resolve(mesh, source, destination)))]
                : throw Invalid($"no pair of interfaces that have addresses: Src gives {Number(sources.Count)}{(mesh.Dst.Length == 0 ? string.Empty : $", Dst {Number(destinations.Count)}")}");
        }
        catch (ResourceException e) when (e.Code != ErrorCodes.InvalidPingMesh)
        {
            throw Invalid(e.Message);
        }
    }

    private static ResourceException Invalid(string message) => new(400, ErrorCodes.InvalidPingMesh, message);

    private static string Number(int count) => string.Create(CultureInfo.InvariantCulture, $"{count}");

    private static void Check(string member, long value, long least, long greatest)
    {
        if (value < least || value > greatest)
        {
            throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{member}: {value} is not from {least} to {greatest}"));
        }
    }

    private static List<Node> Ends(IEnumerable<Node> nodes, AddressFamily family)
    {
        var other = family == AddressFamily.InterNetwork ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        return
        [
            .. nodes.Where(node => !node.Metadata["IfIndex"].IsNull && node.Host.Length > 0 && node.TID is not null && node.GetText("EncapType") != "loopback"
                    && (InterfaceAddress.Of(node, family).Count > 0 || InterfaceAddress.Of(node, other).Any(static address => !address.IsLinkLocal)))
                .OrderBy(static node => node.Name, StringComparer.Ordinal).ThenBy(static node => node.TID, StringComparer.Ordinal),
        ];
    }

    private MeshPair Resolve(PingMesh mesh, Node source, Node destination)
    {
        var pair = new PingPair
        {
            ID = Identifiers.Derive(mesh.UUID, source.TID!, destination.TID!),
            SrcTID = source.TID!,
            Src = source.Name,
            SrcHost = source.Host,
            DstTID = destination.TID!,
            Dst = destination.Name,
            DstHost = destination.Host,
        };
        try
        {
            if (OwnerOf(source) is { } owner && owner == OwnerOf(destination))
            {
                throw Invalid($"{source.Name} and {destination.Name} are in one network namespace, whose kernel takes no packets from its own addresses");
            }

            var injection = _resolver.Resolve(
                new Injection { Type = mesh.Type == PingTypes.IcmpV6 ? InjectionTypes.IcmpV6 : InjectionTypes.IcmpV4, PayloadBytes = new byte[mesh.PayloadSize ?? PingMesh.DefaultPayloadSize], Count = 1 },
                source,
                destination);
            return new(
                pair with { SrcIP = injection.SrcIP, DstIP = injection.DstIP },
                new() { ID = pair.ID, NodeID = source.Id, SrcIP = injection.SrcIP, DstIP = injection.DstIP, DstMAC = injection.DstMAC });
        }
        catch (ResourceException e)
        {
            return new(pair with { State = PingPairStates.Failed, Error = e.Message }, null);
        }
    }

    /// <summary>The namespace of an interface, or the host; null when the graph does not say.</summary>
    private string? OwnerOf(Node node) => graph.GetEdges(node, EdgeDirection.In)
        .Where(static edge => edge.RelationType == RelationTypes.Ownership)
        .Select(edge => graph.FindNode(edge.Parent))
        .FirstOrDefault(static parent => parent?.Type is "netns" or "host")?.Id;
}
