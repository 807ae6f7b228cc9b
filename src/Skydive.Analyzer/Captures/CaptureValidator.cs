using System.Net;
using Skydive.Analyzer.Queries;
using Skydive.Analyzer.Resources;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Errors;
using Skydive.Graph;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Captures;

/// <summary>Says whether a capture can be carried out, before it is taken.</summary>
internal static class CaptureValidator
{
    private const int MinimumHeaderSize = 14;
    private const int MaximumHeaderSize = 4096;
    private const int Unlimited = -1;
    private const int AllExtraLayers = 7;
    private static readonly GraphSnapshot s_nothing = new LiveGraph(string.Empty, string.Empty).Current;

    /// <summary>Checks a capture.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="validateBpf">Compiles a packet filter: null when it is valid, else what is wrong with it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The compiled query that selects the nodes.</returns>
    /// <exception cref="ResourceException">A member is invalid.</exception>
    public static async Task<GremlinQuery> ValidateAsync(Capture capture, Func<string, string?> validateBpf, CancellationToken cancellationToken)
    {
        GremlinQuery query;
        try
        {
            query = GremlinEngine.Compile(capture.GremlinQuery);
        }
        catch (GremlinException e)
        {
            throw Invalid($"GremlinQuery: Not a valid Gremlin expression: {e.Message}");
        }

        if (query.Kind is not (GremlinKind.Nodes or GremlinKind.Paths))
        {
            throw Invalid($"GremlinQuery: Not a valid Gremlin expression: it gives {query.Kind.ToString().ToLowerInvariant()}, a capture needs nodes or paths");
        }

        try
        {
            // What only shows when it is asked, such as a question for the past, shows with an empty graph too.
            await query.ExecuteAsync(new SnapshotQuerySource(s_nothing), null, cancellationToken).ConfigureAwait(false);
        }
        catch (GremlinException e) when (e.Reason == GremlinErrorReason.NotFound)
        {
            // A node that is named by its identifier may come later.
        }
        catch (GremlinException e)
        {
            throw Invalid($"GremlinQuery: not for a capture: {e.Message}");
        }

        if (!string.IsNullOrEmpty(capture.BPFFilter) && validateBpf(capture.BPFFilter) is { } error)
        {
            throw Invalid($"BPFFilter: Not a valid BPF expression: {error}");
        }

        if (capture.HeaderSize != 0 && capture.HeaderSize is < MinimumHeaderSize or > MaximumHeaderSize)
        {
            throw Invalid($"HeaderSize: {capture.HeaderSize} is not from {MinimumHeaderSize} to {MaximumHeaderSize}");
        }

        if (capture.RawPacketLimit < Unlimited)
        {
            throw Invalid($"RawPacketLimit: {capture.RawPacketLimit} is neither a number of packets nor {Unlimited} for all");
        }

        if (capture.ExtraLayers is < 0 or > AllExtraLayers)
        {
            throw Invalid($"ExtraLayers: {capture.ExtraLayers} is not from 0 to {AllExtraLayers}: a sum of VRRP 1, DNS 2, DHCPv4 4");
        }

        if (capture.Port is < 0 or > IPEndPoint.MaxPort)
        {
            throw Invalid($"Port: {capture.Port} is not from 0 to {IPEndPoint.MaxPort}");
        }

        if (!CaptureTarget.TryParse(capture, out var target, out string? targetError))
        {
            throw Invalid(targetError!);
        }

        ValidateType(capture, target);
        return query;
    }

    /// <summary>What a type cannot do is refused rather than left undone in silence.</summary>
    private static void ValidateType(Capture capture, CaptureTarget? target)
    {
        // What suits the node, which packets are seen with, is not known yet.
        string name = string.IsNullOrEmpty(capture.Type) ? CaptureTypes.AfPacket : capture.Type;
        if (CaptureTypes.Find(name) is not { } type)
        {
            throw Invalid($"Type: Not a valid capture type: {name}, available types: [{string.Join(' ', CaptureTypes.Available)}]");
        }

        if (!type.IsAvailable)
        {
            throw Invalid($"Type: captures of type {name} are not supported by this version, available types: [{string.Join(' ', CaptureTypes.Available)}]");
        }

        var missing = new List<string>();
        AddUnless(type.TakesFilter || string.IsNullOrEmpty(capture.BPFFilter), nameof(capture.BPFFilter));
        AddUnless(type.SeesPackets || capture.RawPacketLimit == 0, nameof(capture.RawPacketLimit));
        AddUnless(type.SeesPackets || capture.HeaderSize == 0, nameof(capture.HeaderSize));
        AddUnless(type.SeesPackets || !capture.IPDefrag, nameof(capture.IPDefrag));
        AddUnless(type.SeesPackets || !capture.ReassembleTCP, nameof(capture.ReassembleTCP));
        AddUnless(type.SeesPackets || capture.ExtraLayers == 0, nameof(capture.ExtraLayers));
        AddUnless(type.HasTcpMetric || !capture.ExtraTCPMetric, nameof(capture.ExtraTCPMetric));
        AddUnless(type.Listens || capture.Port == 0, nameof(capture.Port));
        AddUnless(type.SeesPackets || target?.Types.Any(static kind => kind is TargetTypes.Erspan or TargetTypes.SFlow) != true, nameof(capture.TargetType));
        if (missing.Count > 0)
        {
            throw Invalid($"{string.Join(", ", missing)}: not possible with captures of type {name}");
        }

        void AddUnless(bool condition, string member)
        {
            if (!condition)
            {
                missing.Add(member);
            }
        }
    }

    private static ResourceException Invalid(string message) => new(400, ErrorCodes.InvalidCapture, message);
}
