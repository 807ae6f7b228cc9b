using Skydive.Agent.Blockdev;
using Skydive.Agent.Lldp;
using Skydive.Agent.Processes;
using Skydive.Agent.Sockets;

namespace Skydive.Agent.Probes;

/// <summary>The probes that <c>agent.topology.probes</c> may name.</summary>
internal static class ProbeCatalog
{
    /// <summary>The probes that run always, whether they are named or not.</summary>
    public static IReadOnlyList<string> AlwaysOn { get; } = ["hardware", "netlink", "netns"];

    /// <summary>How the others are made, by name.</summary>
    public static IReadOnlyDictionary<string, Func<ProbeContext, IAgentProbe>> Optional { get; } =
        new Dictionary<string, Func<ProbeContext, IAgentProbe>>(StringComparer.Ordinal)
        {
            ["blockdev"] = static context => new BlockdevProbe(context),
            ["lldp"] = static context => new LldpProbe(context),
            ["processes"] = static context => new ProcessNamespaceProbe(context),
            ["socketinfo"] = static context => new SocketInfoProbe(context),
        };
}
