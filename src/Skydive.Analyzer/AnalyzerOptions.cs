using Skydive.Analyzer.Fabric;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts.Captures;

namespace Skydive.Analyzer;

/// <summary>How an analyzer works.</summary>
public sealed record AnalyzerOptions
{
    /// <summary>Identity of this host.</summary>
    public required string Host { get; init; }

    /// <summary>Version of the service, as it is told to clients.</summary>
    public required string Version { get; init; }

    /// <summary>How WebSocket connections are kept.</summary>
    public WebSocketOptions WebSockets { get; init; } = new();

    /// <summary>Identity of an agent in the same process, which is always there; null for none.</summary>
    public string? LocalAgent { get; init; }

    /// <summary>What tells flows apart when a capture does not say.</summary>
    public Skydive.Contracts.Flows.LayerKeyMode DefaultLayerKeyMode { get; init; }

    /// <summary>How long an agent may be silent before what it told of is removed: five times as long as it may leave a ping without an answer.</summary>
    public TimeSpan AgentPatience => 5 * WebSockets.PongTimeout;

    /// <summary>How many flows may wait for the store.</summary>
    public int MaximumBufferedFlows { get; init; } = 100_000;

    /// <summary>What no agent can see: switches, routers and their cables.</summary>
    public FabricDefinition Fabric { get; init; } = FabricDefinition.Empty;

    /// <summary>A capture that is made at start, unless it exists; null for none.</summary>
    public Capture? StartupCapture { get; init; }

    /// <summary>Compiles a packet filter: null when it is valid, else what is wrong with it.</summary>
    public Func<string, string?> ValidateBpf { get; init; } = static _ => null;

    /// <summary>Makes filters for the packets in answers; null where that is not possible.</summary>
    public Skydive.Gremlin.IPacketFilterCompiler? PacketFilters { get; init; }

    /// <summary>How long a flow without a packet counts as one that is there, for questions about the past.</summary>
    public TimeSpan FlowExpire { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>The value of a configuration key as JSON; null when it is not known.</summary>
    public Func<string, string?> GetConfiguration { get; init; } = static _ => null;

    /// <summary>All settings; secrets hidden.</summary>
    public Func<IEnumerable<Skydive.Contracts.Configuration.ConfigurationSetting>> ListConfiguration { get; init; } = static () => [];

    /// <summary>How the probes of an agent in the same process do, by name.</summary>
    public Func<IReadOnlyDictionary<string, Skydive.Contracts.Status.ProbeStatus>> GetProbes { get; init; } =
        static () => new Dictionary<string, Skydive.Contracts.Status.ProbeStatus>();
}
