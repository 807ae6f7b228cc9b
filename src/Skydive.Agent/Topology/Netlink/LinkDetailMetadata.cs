using System.Globalization;
using System.Net;
using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What is special to some kinds of interfaces as metadata.</summary>
internal static class LinkDetailMetadata
{
    private static readonly string[] s_bondStates = ["ACTIVE", "BACKUP"];
    private static readonly string[] s_miiStates = ["UP", "GOING_DOWN", "DOWN", "GOING_BACK"];

    private static readonly MetadataShape s_bondSlave = new(
        "AdActorOperPortState", "AdPartnerOperPortState", "AggregatorId", "LinkFailureCount", "MiiStatus", "PermMAC", "QueueId", "State", "Type");

    private static readonly MetadataShape s_virtualFunction = new(
        "ID", "LinkState", "MAC", "MinTxRate", "Qos", "Spoofchk", "Trust", "TxRate", "Vlan");

    private static readonly MetadataShape s_vlans = new("First", "Last", "PVID", "Untagged");

    private static readonly MetadataShape s_tun = new("Mode", "Owner", "Persistent");

    private static readonly MetadataShape s_tunnel = new("External", "IfIndex", "InputKey", "Learning", "OutputKey", "Port", "TTL");

    public static MetadataMap Of(BondSlave slave) => s_bondSlave.Build(
        slave.ActorPortState ?? 0,
        slave.PartnerPortState ?? 0,
        slave.AggregatorId ?? 0,
        (long)slave.LinkFailureCount,
        NameOf(s_miiStates, slave.MiiStatus),
        slave.PermanentAddress.IsEmpty ? null : slave.PermanentAddress.ToString(),
        slave.QueueId,
        NameOf(s_bondStates, slave.State),
        "bond");

    public static MetadataValue Of(IReadOnlyList<VirtualFunction> functions) => MetadataValue.List(functions.Select(static function => (MetadataValue)s_virtualFunction.Build(
        function.Id,
        function.LinkState,
        function.Address.IsEmpty ? null : function.Address.ToString(),
        function.MinimumTransmitRate == 0 ? default(MetadataValue) : function.MinimumTransmitRate,
        function.Qos,
        function.IsSpoofChecked ?? false,
        function.IsTrusted is { } isTrusted ? isTrusted : default(MetadataValue),
        function.MaximumTransmitRate,
        function.VlanId)));

    /// <summary>VLANs of a bridge port: ranges with both ends, the one of frames without a tag marked as PVID.</summary>
    public static MetadataValue Of(IReadOnlyList<BridgeVlanRange> vlans) => vlans.Count == 0 ? default : MetadataValue.List(vlans.Select(static range => (MetadataValue)s_vlans.Build(
        range.First,
        range.Last,
        range.IsNative ? true : default(MetadataValue),
        range.IsUntagged ? true : default(MetadataValue))));

    public static MetadataMap Of(TunDetails tun) => s_tun.Build(
        tun.IsTap ? "tap" : "tun", tun.OwnerId is { } owner ? (long)owner : default(MetadataValue), tun.IsPersistent);

    public static string ModeOf(MacvlanDetails macvlan) => macvlan.Mode switch
    {
        MacvlanMode.Private => "private",
        MacvlanMode.Vepa => "vepa",
        MacvlanMode.Bridge => "bridge",
        MacvlanMode.PassThrough => "passthru",
        MacvlanMode.Source => "source",
        _ => "unknown",
    };

    public static string ModeOf(IpvlanDetails ipvlan) => ipvlan.Mode switch
    {
        0 => "l2",
        1 => "l3",
        2 => "l3s",
        _ => ipvlan.Mode.ToString(CultureInfo.InvariantCulture),
    };

    public static string ProtocolOf(VlanDetails vlan) => vlan.Protocol switch
    {
        0x8100 => "802.1Q",
        0x88a8 => "802.1ad",
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{vlan.Protocol:x4}"),
    };

    public static IPAddress? LocalOf(LinkDetails? details) => details switch
    {
        VxlanDetails vxlan => vxlan.Local,
        TunnelDetails tunnel => tunnel.Local,
        _ => null,
    };

    public static IPAddress? RemoteOf(LinkDetails? details) => details switch
    {
        VxlanDetails vxlan => vxlan.Remote,
        GeneveDetails geneve => geneve.Remote,
        TunnelDetails tunnel => tunnel.Remote,
        _ => null,
    };

    /// <summary>The network identifier of an overlay; null for others, and where each packet tells it.</summary>
    public static int? NetworkIdOf(LinkDetails? details) => details switch
    {
        VxlanDetails { IsExternal: false } vxlan => vxlan.Id,
        GeneveDetails { IsExternal: false } geneve => geneve.Id,
        _ => null,
    };

    /// <summary>How packets of a tunnel travel; null for what is no tunnel.</summary>
    public static MetadataValue TunnelOf(LinkDetails? details) => details switch
    {
        VxlanDetails vxlan => s_tunnel.Build(
            vxlan.IsExternal, UnlessZero(vxlan.LinkIndex), default, vxlan.IsLearning, default, vxlan.Port, UnlessZero(vxlan.Ttl)),
        GeneveDetails geneve => s_tunnel.Build(geneve.IsExternal, default, default, default, default, geneve.Port, UnlessZero(geneve.Ttl)),
        TunnelDetails tunnel when tunnel.LinkIndex != 0 || tunnel.InputKey is not null || tunnel.OutputKey is not null || tunnel.Ttl != 0 =>
            s_tunnel.Build(
                default,
                UnlessZero(tunnel.LinkIndex),
                tunnel.InputKey is { } input ? (long)input : default(MetadataValue),
                default,
                tunnel.OutputKey is { } output ? (long)output : default(MetadataValue),
                default,
                UnlessZero(tunnel.Ttl)),
        _ => default(MetadataValue),
    };

    private static MetadataValue UnlessZero(int number) => number == 0 ? default(MetadataValue) : number;

    private static string NameOf(string[] names, int value) =>
        value >= 0 && value < names.Length ? names[value] : value.ToString(CultureInfo.InvariantCulture);
}
