using System.Collections.Frozen;
using System.Globalization;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>What all the flows of one table have in common, and how their applications are called. Immutable.</summary>
internal sealed class FlowOrigin
{
    private readonly FrozenDictionary<int, string> _tcpApplications;
    private readonly FrozenDictionary<int, string> _udpApplications;

    public FlowOrigin(FlowTableOptions options)
    {
        NodeTid = options.NodeTid;
        CaptureId = options.CaptureId;
        _tcpApplications = Upper(options.TcpApplications);
        _udpApplications = Upper(options.UdpApplications);
    }

    public string NodeTid { get; }

    public string CaptureId { get; }

    /// <summary>Whether ports have a say in what an application is called.</summary>
    public bool HasConfiguredApplications => _tcpApplications.Count + _udpApplications.Count > 0;

    public string ApplicationOf(LayerType last, LayerType transport, int onePort, int otherPort)
    {
        FrozenDictionary<int, string>? names = transport switch
        {
            LayerType.TCP => _tcpApplications,
            LayerType.UDP => _udpApplications,
            _ => null,
        };
        return names is { Count: > 0 } && (names.TryGetValue(onePort, out string? name) || names.TryGetValue(otherPort, out name))
            ? name
            : LayerPath.NameOf(last);
    }

    private static FrozenDictionary<int, string> Upper(IReadOnlyDictionary<int, string> names) =>
        names.ToFrozenDictionary(static pair => pair.Key, static pair => pair.Value.ToUpper(CultureInfo.InvariantCulture));
}
