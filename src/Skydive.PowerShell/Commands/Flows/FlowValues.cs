using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Skydive.PowerShell;

/// <summary>What is needed of a flow to add it up: of a real one, or of one that was exported and imported again.</summary>
internal sealed class FlowValues
{
    private FlowValues()
    {
    }

    public FlowValues(Flow flow)
    {
        Application = flow.Application;
        Protocol = flow.Protocol;
        Source = flow.Network?.A ?? flow.Link?.A ?? string.Empty;
        Destination = flow.Network?.B ?? flow.Link?.B ?? string.Empty;
        NodeTid = flow.NodeTID;
        CaptureId = flow.CaptureID;
        LayersPath = flow.LayersPath;
        (AbPackets, AbBytes, BaPackets, BaBytes) = (flow.ABPackets, flow.ABBytes, flow.BAPackets, flow.BABytes);
        (Start, Last) = (flow.Start, flow.Last);
        Rtt = flow.RTT;
    }

    public string Application { get; private init; } = string.Empty;

    public string Protocol { get; private init; } = string.Empty;

    public string Source { get; private init; } = string.Empty;

    public string Destination { get; private init; } = string.Empty;

    public string NodeTid { get; private init; } = string.Empty;

    public string CaptureId { get; private init; } = string.Empty;

    public string LayersPath { get; private init; } = string.Empty;

    public long AbPackets { get; private init; }

    public long AbBytes { get; private init; }

    public long BaPackets { get; private init; }

    public long BaBytes { get; private init; }

    public DateTimeOffset Start { get; private init; }

    public DateTimeOffset Last { get; private init; }

    public TimeSpan? Rtt { get; private init; }

    /// <summary>Reads an object that has the properties of a flow.</summary>
    public static bool TryRead(PSObject value, out FlowValues fields)
    {
        fields = new();
        if (Get(value, "UUID") is null || Get(value, "LayersPath") is not string layersPath)
        {
            return false;
        }

        object? network = Get(value, "Network") ?? Get(value, "Link");
        fields = new()
        {
            Application = Text(Get(value, "Application")),
            Protocol = Text(Get(value, "Protocol")),
            Source = Text(Get(network, "A")),
            Destination = Text(Get(network, "B")),
            NodeTid = Text(Get(value, "NodeTID")),
            CaptureId = Text(Get(value, "CaptureID")),
            LayersPath = layersPath,
            AbPackets = Number(Get(value, "ABPackets")),
            AbBytes = Number(Get(value, "ABBytes")),
            BaPackets = Number(Get(value, "BAPackets")),
            BaBytes = Number(Get(value, "BABytes")),
            Start = Time(Get(value, "Start")),
            Last = Time(Get(value, "Last")),
            Rtt = Get(value, "RTT") as TimeSpan?,
        };
        return true;
    }

    /// <summary>What it has in common with others of its group.</summary>
    public string Key(FlowGrouping grouping) => grouping switch
    {
        FlowGrouping.Application => Application,
        FlowGrouping.Protocol => Protocol,
        FlowGrouping.Source => Source,
        FlowGrouping.Destination => Destination,
        FlowGrouping.Pair => string.CompareOrdinal(Source, Destination) <= 0 ? $"{Source} ↔ {Destination}" : $"{Destination} ↔ {Source}",
        FlowGrouping.Node => NodeTid,
        FlowGrouping.Capture => CaptureId,
        FlowGrouping.LayersPath => LayersPath,
        _ => string.Empty,
    };

    private static object? Get(object? value, string name) => value switch
    {
        PSObject { BaseObject: IDictionary map } => map[name],
        IDictionary map => map[name],
        null => null,
        _ => PSObject.AsPSObject(value).Properties[name]?.Value switch
        {
            // What is a text or a number is wanted bare, but a bag of properties is nothing without its wrapping.
            PSObject { BaseObject: string or ValueType } simple => simple.BaseObject,
            var other => other,
        },
    };

    private static string Text(object? value) => value?.ToString() ?? string.Empty;

    private static long Number(object? value) => value is IConvertible number and not string ? number.ToInt64(CultureInfo.InvariantCulture) : 0;

    private static DateTimeOffset Time(object? value) => value switch
    {
        DateTimeOffset time => time,
        DateTime time => new DateTimeOffset(time),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time) => time,
        _ => default,
    };
}
