using System.Net;
using Skydive.Agent.Topology;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Topology;
using Skydive.Linux.Bpf;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Captures.Sources;

/// <summary>What is to be captured where.</summary>
/// <param name="Node">The node as it is now.</param>
/// <param name="Capture">The order.</param>
/// <param name="Type">What the order's type means at this node.</param>
/// <param name="Location">Where the node's interface is; null when it is none of the kernel's.</param>
/// <param name="Options">How the agent works.</param>
internal sealed record CaptureRequest(Node Node, Capture Capture, CaptureType Type, LinkLocation? Location, AgentOptions Options)
{
    /// <summary>The bytes that what lies behind headers needs.</summary>
    public const int MaximumHeaderSize = 4096;

    /// <summary>The bytes that the decoder needs: headers of all layers.</summary>
    private const int DefaultHeaderSize = 256;

    /// <summary>What whole packets need, also those that the network card is to cut into segments.</summary>
    private const int MaximumPacketSize = 65_535 + 18;

    /// <summary>How many bytes of each packet are looked at. More than the headers when what lies behind them is asked for.</summary>
    public int HeaderSize =>
        Capture.HeaderSize > 0 ? Capture.HeaderSize
        : Capture.IPDefrag || Capture.ReassembleTCP || Capture.ExtraLayers != 0 ? MaximumHeaderSize
        : DefaultHeaderSize;

    /// <summary>How many bytes of each packet are taken: all of them for a target that is sent them, unless the order says otherwise.</summary>
    public int SnapLength => Capture.HeaderSize == 0 && Target?.Types.Contains(TargetTypes.Erspan) == true ? MaximumPacketSize : HeaderSize;

    /// <summary>Shares out the memory of packet rings.</summary>
    public required RingBudget Rings { get; init; }

    /// <summary>Where to send what is seen; null for the analyzer only.</summary>
    public CaptureTarget? Target { get; } = CaptureTarget.TryParse(Capture, out var target, out _) ? target : null;

    /// <summary>The namespace from which is sent to the target; null for that of this process.</summary>
    public NetworkNamespace? TargetNamespace { get; init; }

    /// <summary>The node's address at which a collector listens; null when there is none.</summary>
    public IPAddress? Address { get; } = ListenAddress.Choose(Node);

    /// <summary>Where the node's interface is.</summary>
    /// <exception cref="IOException">The node is no interface of the kernel's, or none any more.</exception>
    public LinkLocation RequireLocation() => Location ?? throw new IOException($"{Node.Name} ({Node.Type}) is no interface of this host");

    /// <summary>What packets of the interface begin with.</summary>
    /// <exception cref="NotSupportedException">The interface has packets that cannot be decoded.</exception>
    public LinkType RequireLinkType()
    {
        var hardware = RequireLocation().HardwareType;
        var type = LinkTypes.FromHardwareType(hardware);
        return type is LinkType.Ethernet or LinkType.RawIp
            ? type.Value
            : throw new NotSupportedException($"interfaces of type {hardware} carry no packets that can be decoded");
    }

    /// <summary>
    /// The packet filter of the order, without the traffic that the capture itself makes; empty for all packets. Without libpcap there can still be
    /// captures of everything, what they cause themselves included; but not with a target, as each packet that is sent there would make another one.
    /// </summary>
    public string FilterExpression => string.IsNullOrEmpty(Capture.BPFFilter) && Target is null && !BpfCompiler.IsAvailable
        ? string.Empty
        : TrafficExclusions.Combine(Capture, Options.Analyzers);

    /// <summary><see cref="FilterExpression"/> as a program; null for all packets.</summary>
    /// <param name="linkType">What packets begin with.</param>
    /// <exception cref="BpfSyntaxException">The order's filter is not valid.</exception>
    /// <exception cref="Skydive.Linux.LinuxException">libpcap is missing.</exception>
    public BpfProgram? CompileFilter(LinkType linkType)
    {
        string expression = FilterExpression;
        return expression.Length == 0 ? null : BpfCompiler.Compile(expression, linkType);
    }
}
