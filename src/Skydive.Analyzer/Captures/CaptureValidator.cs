using Skydive.Analyzer.Queries;
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
    private static readonly GraphSnapshot s_nothing = new LiveGraph(string.Empty, string.Empty).Current;

    /// <summary>Checks a capture.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="validateBpf">Compiles a packet filter: null when it is valid, else what is wrong with it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The compiled query that selects the nodes.</returns>
    /// <exception cref="CaptureException">A member is invalid.</exception>
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

        if (!string.IsNullOrEmpty(capture.Type) && !CaptureTypes.Available.Contains(capture.Type))
        {
            throw Invalid($"Type: Not a valid capture type: {capture.Type}, available types: [{string.Join(' ', CaptureTypes.Available)}]");
        }

        if (capture.HeaderSize != 0 && capture.HeaderSize is < MinimumHeaderSize or > MaximumHeaderSize)
        {
            throw Invalid($"HeaderSize: {capture.HeaderSize} is not from {MinimumHeaderSize} to {MaximumHeaderSize}");
        }

        // What this version cannot do is refused rather than left undone in silence.
        var missing = new List<string>();
        AddIf(capture.RawPacketLimit != 0, nameof(capture.RawPacketLimit));
        AddIf(capture.IPDefrag, nameof(capture.IPDefrag));
        AddIf(capture.ReassembleTCP, nameof(capture.ReassembleTCP));
        AddIf(capture.ExtraTCPMetric, nameof(capture.ExtraTCPMetric));
        AddIf(capture.ExtraLayers != 0, nameof(capture.ExtraLayers));
        AddIf(!string.IsNullOrEmpty(capture.Target) || capture.TargetType is not (null or "" or "local"), nameof(capture.Target));
        AddIf(capture.Port != 0, nameof(capture.Port));
        if (missing.Count > 0)
        {
            throw Invalid($"{string.Join(", ", missing)}: not supported by captures of type {CaptureTypes.AfPacket} in this version");
        }

        return query;

        void AddIf(bool condition, string name)
        {
            if (condition)
            {
                missing.Add(name);
            }
        }
    }

    private static CaptureException Invalid(string message) => new(400, ErrorCodes.InvalidCapture, message);
}
