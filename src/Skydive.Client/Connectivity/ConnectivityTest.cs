using System.Diagnostics;
using System.Globalization;
using System.Net;
using Skydive.Client.Errors;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Connectivity;

/// <summary>
/// Sends packets from one interface to another, captures them at both and on the way between, and tells whether and where they stop. The capture
/// and the injection that it makes are gone when it ends, however it ends; those of a client that is killed end by themselves after a while.
/// </summary>
public sealed class ConnectivityTest
{
    private const int MaximumHops = 64;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_captureTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_captureSettles = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_cleanupTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_resourceLife = TimeSpan.FromMinutes(1);

    private readonly SkydiveClient _client;
    private readonly ConnectivityOptions _options;
    private readonly string _filter;
    private readonly ushort _identity;

    /// <summary>Makes a test. Nothing is sent yet.</summary>
    /// <param name="client">Asks the analyzer.</param>
    /// <param name="options">How to test.</param>
    /// <exception cref="ArgumentException">The type is none of <see cref="InjectionTypes"/>.</exception>
    public ConnectivityTest(SkydiveClient client, ConnectivityOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        if (!InjectionTypes.All.Contains(options.Type))
        {
            throw new ArgumentException($"'{options.Type}' is none of {string.Join(", ", InjectionTypes.All)}", nameof(options));
        }

        _client = client;
        _options = options;

        // One identifier or source port, so that no other packets are counted.
#pragma warning disable CA5394 // Not a secret.
        _identity = (ushort)Random.Shared.Next(32_768, 61_000);
#pragma warning restore CA5394
        string filter = options.Type switch
        {
            InjectionTypes.IcmpV4 => $"(icmp and icmp[4:2] = {_identity})",
            InjectionTypes.IcmpV6 => $"(icmp6 and ip6[44:2] = {_identity})",
            InjectionTypes.TcpV4 or InjectionTypes.TcpV6 => $"(tcp port {_identity})",
            _ => $"(udp port {_identity})",
        };

        // Behind the keyword, offsets count from the tag on.
        _filter = $"{filter} or (vlan and {filter})";
    }

    /// <summary>Tests.</summary>
    /// <param name="source">The interface that sends.</param>
    /// <param name="destination">The interface that packets are for.</param>
    /// <param name="progress">Told what is being done; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Gives up; what was made is removed before this returns.</param>
    /// <returns>What was found. That packets do not arrive is a result, as is that they cannot be sent.</returns>
    /// <exception cref="SkydiveApiException">The service refuses to capture.</exception>
    public async Task<ConnectivityReport> RunAsync(Node source, Node destination, Action<string>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        progress?.Invoke("finding the way");
        var way = await new RoutedPathSearch(_client).FindAsync(source, destination, AddressOf(destination), cancellationToken).ConfigureAwait(false);
        way = [.. way.Where(static node => node.TID is not null).DistinctBy(static node => node.TID).Take(MaximumHops)];
        string? capture = null;
        string? injection = null;
        try
        {
            progress?.Invoke($"capturing at {way.Count} points");
            var life = (_options.Interval * _options.Count) + _options.Timeout + s_resourceLife;
            capture = (await _client.CreateCaptureAsync(
                new() { GremlinQuery = NodeSelector.FromTids([.. way.Select(static node => node.TID!)]).ToString(), BPFFilter = _filter, Name = $"connectivity {_identity}" },
                life,
                cancellationToken).ConfigureAwait(false)).UUID;
            var captured = await UntilCapturedAsync(capture, way, cancellationToken).ConfigureAwait(false);
            progress?.Invoke($"sending {_options.Count} packets");
            Injection order;
            try
            {
                injection = (await _client.CreateInjectionAsync(MakeInjection(source, destination), life, cancellationToken).ConfigureAwait(false)).UUID;
                order = await UntilSentAsync(injection, cancellationToken).ConfigureAwait(false);
            }
            catch (SkydiveApiException e) when (e.Status == 400)
            {
                return new()
                {
                    Source = source,
                    Destination = destination,
                    Type = _options.Type,
                    StoppedBefore = source,
                    Message = $"nothing can be sent: {e.Message}",
                    Hops = [.. way.Select(node => new ConnectivityHop { Node = node, IsCaptured = captured.Contains(node.TID!) })],
                };
            }

            progress?.Invoke("waiting for packets and replies");
            return await UntilSeenAsync(source, destination, way, captured, capture, order, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            using var deadline = new CancellationTokenSource(s_cleanupTimeout);
            await Task.WhenAll(
                DeleteAsync(injection, _client.DeleteInjectionAsync, deadline.Token),
                DeleteAsync(capture, _client.DeleteCaptureAsync, deadline.Token)).ConfigureAwait(false);
        }
    }

    private static async Task DeleteAsync(string? id, Func<string, CancellationToken, Task> delete, CancellationToken cancellationToken)
    {
        if (id is null)
        {
            return;
        }

        try
        {
            await delete(id, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SkydiveException or OperationCanceledException)
        {
            // It ends by itself: it has a time to live.
        }
    }

    private IPAddress? AddressOf(Node destination)
    {
        if (_options.DestinationIP is { } given)
        {
            return IPAddress.TryParse(given.Split('/')[0], out var parsed) ? parsed : null;
        }

        return destination.Metadata[InjectionTypes.IsIPv6(_options.Type) ? "IPV6" : "IPV4"].Elements.ToArray()
            .Select(static element => IPAddress.TryParse(element.AsString?.Split('/')[0], out var address) ? address : null)
            .OrderBy(static address => address?.IsIPv6LinkLocal == true)
            .FirstOrDefault(static address => address is not null);
    }

    private Injection MakeInjection(Node source, Node destination) => new()
    {
        Src = NodeSelector.FromTids([source.TID!]).ToString(),
        Dst = NodeSelector.FromTids([destination.TID!]).ToString(),
        SrcIP = _options.SourceIP ?? string.Empty,
        DstIP = _options.DestinationIP ?? string.Empty,
        Type = _options.Type,
        ICMPID = _identity,
        SrcPort = _identity,
        DstPort = (ushort)_options.DestinationPort,
        Count = _options.Count,
        Interval = (long)_options.Interval.TotalMilliseconds,
        PayloadBytes = new byte[_options.PayloadSize],
    };

    /// <summary>Waits until the capture is active wherever it will be.</summary>
    /// <returns>The topology identifiers of the nodes where it is.</returns>
    private async Task<HashSet<string>> UntilCapturedAsync(string id, IReadOnlyList<Node> way, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var lastChange = watch.Elapsed;
        var active = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            int before = active.Count;
            await foreach (var item in _client.QueryAsync(GremlinText.G.V().Has("Captures.ID", id).ToString(), cancellationToken).ConfigureAwait(false))
            {
                if (item.Node is { TID: { } tid } node
                    && node.Metadata["Captures"].Elements.ToArray().Any(entry => entry.AsMap is { } map && map["ID"].AsString == id && map["State"].AsString == CaptureStates.Active))
                {
                    active.Add(tid);
                }
            }

            lastChange = active.Count > before ? watch.Elapsed : lastChange;

            // Not every kind of node can be captured: what has not begun soon after the others will not.
            if (active.Count >= way.Count || (active.Count > 0 && watch.Elapsed - lastChange > s_captureSettles) || watch.Elapsed > s_captureTimeout)
            {
                return active;
            }

            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Injection> UntilSentAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var injection = await _client.GetInjectionAsync(id, cancellationToken).ConfigureAwait(false);
            if (injection.State != InjectionStates.Active)
            {
                return injection;
            }

            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until all has arrived, is answered, and was seen on the way, or the time is over.</summary>
    private async Task<ConnectivityReport> UntilSeenAsync(
        Node source, Node destination, IReadOnlyList<Node> way, HashSet<string> captured, string capture, Injection injection, CancellationToken cancellationToken)
    {
        string query = GremlinText.G.Flows().Has("CaptureID", capture).ToString();
        var watch = Stopwatch.StartNew();
        TimeSpan? connectedAt = null;
        while (true)
        {
            var paths = await _client.GetFlowPathsAsync(query, cancellationToken).ConfigureAwait(false);
            var report = Describe(source, destination, way, captured, injection, paths);
            connectedAt = report.IsConnected ? connectedAt ?? watch.Elapsed : null;

            // Each point counts in its own time: those between may be a moment behind the ends.
            bool isComplete = report.Hops.All(static hop => hop.Lost == 0 && hop.RepliesLost == 0) || watch.Elapsed - connectedAt > s_captureSettles;
            if ((report.IsConnected && isComplete) || watch.Elapsed >= _options.Timeout)
            {
                return report;
            }

            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private ConnectivityReport Describe(
        Node source, Node destination, IReadOnlyList<Node> way, HashSet<string> captured, Injection injection, IReadOnlyList<FlowPath> paths)
    {
        var sent = injection.Sources?.FirstOrDefault();
        string from = sent?.SrcIP ?? string.Empty;

        // The analyzer puts points in the order of the way; ours is the same where it knows a way, and has the points that saw nothing too.
        var seen = paths.SelectMany(path => path.Hops.Select(hop => (Hop: hop, IsReversed: path.A != from && path.B == from))).ToLookup(static entry => entry.Hop.NodeTID, StringComparer.Ordinal);
        var hops = new List<ConnectivityHop>(way.Count);
        ConnectivityHop? before = null;
        FlowHop? flowBefore = null;
        foreach (var node in way)
        {
            bool isCaptured = captured.Contains(node.TID!);
            var flows = seen[node.TID!].ToArray();
            var flow = flows.Length > 0 ? flows[0].Hop : null;
            long packets = flows.Sum(static entry => entry.IsReversed ? entry.Hop.BAPackets : entry.Hop.ABPackets);
            long replies = flows.Sum(static entry => entry.IsReversed ? entry.Hop.ABPackets : entry.Hop.BAPackets);
            var hop = new ConnectivityHop
            {
                Node = node,
                IsCaptured = isCaptured,
                Packets = packets,
                Replies = replies,
                Lost = isCaptured && before is not null ? Math.Max(0, before.Packets - packets) : 0,
                RepliesLost = isCaptured && before is not null ? Math.Max(0, replies - before.Replies) : 0,
                RoundTrip = flow is { RTT: > 0 } ? TimeSpan.FromTicks(flow.RTT / 100) : null,
                Latency = flow is { RTT: > 0 } && flowBefore is { RTT: > 0 } ? TimeSpan.FromTicks((flowBefore.RTT - flow.RTT) / 100) : null,
            };
            hops.Add(hop);
            if (isCaptured)
            {
                before = hop;
                flowBefore = flow;
            }
        }

        long count = injection.PacketCount ?? 0;
        var last = hops.LastOrDefault(hop => hop.Node.TID == destination.TID && hop.IsCaptured);
        var first = hops.FirstOrDefault(hop => hop.Node.TID == source.TID && hop.IsCaptured);
        long answered = first?.Replies ?? 0;

        // A reply proves that its packet arrived, also where the destination cannot be captured.
        long arrived = last?.Packets ?? answered;
        bool isReached = sent?.Error is null && count >= _options.Count && arrived >= count;
        bool needsAnswer = _options.Type is not (InjectionTypes.UdpV4 or InjectionTypes.UdpV6);
        bool isConnected = isReached && (!needsAnswer || answered >= count);
        var (after, next, isReply) = isConnected ? default : FindStop(hops, count, isReached);
        return new()
        {
            Source = source,
            Destination = destination,
            Type = _options.Type,
            SourceIP = from,
            DestinationIP = sent?.DstIP ?? string.Empty,
            IsConnected = isConnected,
            IsReached = isReached,
            Sent = count,
            Arrived = arrived,
            Answered = answered,
            RoundTrip = first?.RoundTrip,
            StoppedAfter = after,
            StoppedBefore = next,
            Hops = hops,
            Message = sent?.Error is { } error ? $"{source.Name} could not send: {error}"
                : isConnected ? Text($"all {count} packets arrived{(answered >= count ? " and were answered" : string.Empty)}")
                : isReply && after is null ? Text($"{arrived} of {count} packets arrived at {destination.Name}, which answered {answered}")
                : Text($"{(isReply ? answered : arrived)} of {count} {(isReply ? "replies came back" : "packets arrived")}: {Stop(after, next)}"),
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Stop(Node? after, Node? next) => (after, next) switch
    {
        (null, { } only) => $"they were not seen at {only.Name}",
        ({ } only, null) => $"they were last seen at {only.Name}",
        ({ } one, { } other) => $"they were seen at {one.Name} and not at {other.Name}",
        _ => "it is not known where they stop",
    };

    /// <summary>Between which captured points most packets were lost: those of the way there or, when all arrived, those of the way back.</summary>
    private static (Node? After, Node? Before, bool IsReply) FindStop(IReadOnlyList<ConnectivityHop> hops, long count, bool isReached)
    {
        ConnectivityHop[] captured = [.. hops.Where(static hop => hop.IsCaptured)];
        if (captured.Length == 0)
        {
            return default;
        }

        if (!isReached)
        {
            if (captured[0].Packets < count && captured[0].Packets == 0)
            {
                return (null, captured[0].Node, false);
            }

            int worst = Enumerable.Range(1, captured.Length - 1).OrderByDescending(i => captured[i].Lost).FirstOrDefault();
            return worst > 0 && captured[worst].Lost > 0 ? (captured[worst - 1].Node, captured[worst].Node, false) : (captured[^1].Node, null, false);
        }

        if (captured[^1].Replies == 0)
        {
            // The destination did not answer at all.
            return (null, null, true);
        }

        int back = Enumerable.Range(1, captured.Length - 1).OrderByDescending(i => captured[i].RepliesLost).FirstOrDefault();
        return back > 0 && captured[back].RepliesLost > 0 ? (captured[back].Node, captured[back - 1].Node, true) : (null, null, true);
    }
}
