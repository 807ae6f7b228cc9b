using System.Net;
using Skydive.Contracts.Metrics;
using Skydive.Gremlin.Plans.Steps;

namespace Skydive.Gremlin.Language;

/// <summary>Steps about what elements count, which sockets are open and where packets are sent.</summary>
internal static class MetricSteps
{
    private const long DefaultSliceSeconds = 30;

    // What may be written, and the metadata key that it stands for.
    private static readonly Dictionary<string, string> s_paths = new(StringComparer.Ordinal)
    {
        [MetricSample.LastUpdate] = MetricSample.LastUpdate,
        ["SFlow"] = $"SFlow.{MetricSample.LastUpdate}",
        [$"SFlow.{MetricSample.LastUpdate}"] = $"SFlow.{MetricSample.LastUpdate}",
        ["Ovs"] = $"Ovs.{MetricSample.LastUpdate}",
        [$"Ovs.{MetricSample.LastUpdate}"] = $"Ovs.{MetricSample.LastUpdate}",
        ["Ping"] = $"Ping.{MetricSample.LastUpdate}",
        [$"Ping.{MetricSample.LastUpdate}"] = $"Ping.{MetricSample.LastUpdate}",
        ["BlockdevMetric"] = "BlockdevMetric",
    };

    /// <summary>The metrics that Metrics knows by name.</summary>
    public static IEnumerable<string> Paths => s_paths.Keys;

    /// <summary>Their entries in the catalogue.</summary>
    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new(
            "Metrics",
            "What the nodes or flows counted: their newest sample or, with a time context, all samples of that time.",
            new StepForm(GremlinKind.Nodes, [Signature.None, Signature.Of(Parameter.Key)], static call => new MetricsStep(PathOf(call))),
            new StepForm(GremlinKind.Flows, [Signature.None, Signature.Of(Parameter.Key)], static call =>
            {
                PathOf(call);
                return new FlowMetricsStep();
            })),
        new(
            "Aggregates",
            "All samples as one series of sums over slices of time, 30 seconds long unless given.",
            new StepForm(
                GremlinKind.Metrics,
                [Signature.None, Signature.Of(new Parameter("seconds", ParameterType.Positive))],
                static call => new AggregatesStep((call.Count == 0 ? DefaultSliceSeconds : call.Integer(0)) * 1000, call.Syntax.Span))),
        new(
            "Sockets",
            "The sockets that are open on the nodes, or for the flows.",
            new StepForm(GremlinKind.Nodes, [Signature.None], static _ => new SocketsStep()),
            new StepForm(GremlinKind.Flows, [Signature.None], static _ => new FlowSocketsStep())),
        new(
            "NextHop",
            "Where the nodes send packets for an address.",
            new StepForm(GremlinKind.Nodes, [Signature.Of(new Parameter("address", ParameterType.Text))], static call => new NextHopStep(AddressOf(call)))),
    ];

    private static IPAddress AddressOf(StepCall call)
    {
        string text = call.Text(0);
        bool isPlain = text.Contains(':', StringComparison.Ordinal) ? !text.AsSpan().ContainsAny('[', ']', '%') : text.AsSpan().Count('.') == 3;
        return isPlain && IPAddress.TryParse(text, out var address)
            ? address
            : throw call.Error(0, $"'{Diagnostics.Printable(text)}' is no IP address", "expected one such as '192.168.0.1' or '2001:db8::1'");
    }

    private static string PathOf(StepCall call)
    {
        if (call.Count == 0)
        {
            return MetricSample.LastUpdate;
        }

        string text = call.Text(0);
        return s_paths.GetValueOrDefault(text) ?? throw call.Error(
            0,
            $"no metric is known as '{Diagnostics.Printable(text)}'",
            Diagnostics.Nearest(text, s_paths.Keys) is { } near ? $"did you mean '{near}'?" : $"expected {string.Join(", ", s_paths.Keys)}");
    }
}
