namespace Skydive.Service.Tests.Support;

/// <summary>
/// A host of its own for an agent: a network namespace, joined to this one by a link that can be cut, with a second namespace behind it to talk to. Gone when
/// disposed.
/// </summary>
internal sealed class FaultLab : IDisposable
{
    private static int s_count = Environment.ProcessId % 100;

    private readonly TemporaryDirectory _noNamespaces = new();
    private readonly int _number = Interlocked.Increment(ref s_count) % 250;

    public FaultLab()
    {
        Prefix = $"f{Environment.ProcessId % 10000}{(char)('a' + (_number % 26))}";
        Shell.Run(
            $"""
            set -e
            ip netns add {Prefix}h
            ip netns add {Prefix}t
            ip link add {Prefix}-up type veth peer name eth0 netns {Prefix}h
            ip addr add 10.197.{_number}.1/24 dev {Prefix}-up
            ip link set {Prefix}-up up
            ip -n {Prefix}h addr add 10.197.{_number}.2/24 dev eth0
            ip -n {Prefix}h link set lo up
            ip -n {Prefix}h link set eth0 up
            ip -n {Prefix}h link add eth1 type veth peer name eth0 netns {Prefix}t
            ip -n {Prefix}h addr add 10.196.{_number}.1/24 dev eth1
            ip -n {Prefix}h link set eth1 up
            ip -n {Prefix}t addr add 10.196.{_number}.2/24 dev eth0
            ip -n {Prefix}t link set lo up
            ip -n {Prefix}t link set eth0 up
            """);
    }

    public string Prefix { get; }

    /// <summary>Gremlin text for the agent's interface to the namespace behind it.</summary>
    public string Eth1 => $"G.V().Has('@Origin','agent.{Prefix}','Name','eth1')";

    /// <summary>Where an analyzer can be reached by the agent.</summary>
    public Uri AnalyzerAddress => new($"http://10.197.{_number}.1:18082");

    private Uri AgentAddress => new($"http://10.197.{_number}.2:18081");

    /// <summary>Settings of an analyzer that gives agents up soon, for the sake of the test.</summary>
    public static IReadOnlyDictionary<string, string> AnalyzerSettings { get; } = new Dictionary<string, string>
    {
        ["SKYDIVE_ANALYZER_AUTH_API_BACKEND"] = "noauth",
        ["SKYDIVE_HTTP_WS_PING_DELAY"] = "500ms",
        ["SKYDIVE_HTTP_WS_PONG_TIMEOUT"] = "1",
    };

    public Task<TestService> StartAnalyzerAsync(string dataDirectory) => TestService.StartAsync("analyzer", dataDirectory, AnalyzerSettings, AnalyzerAddress);

    public Task<TestService> StartAgentAsync() => TestService.StartAsync(
        "agent",
        _noNamespaces.Path,
        new Dictionary<string, string>
        {
            ["SKYDIVE_HOST_ID"] = Prefix,
            ["SKYDIVE_ANALYZERS"] = AnalyzerAddress.Authority,
            ["SKYDIVE_AGENT_AUTH_API_BACKEND"] = "noauth",
            ["SKYDIVE_AGENT_TOPOLOGY_NETNS_RUN_PATH"] = _noNamespaces.Path,
            ["SKYDIVE_AGENT_TOPOLOGY_NETLINK_METRICS_UPDATE"] = "1",
            ["SKYDIVE_HTTP_WS_PING_DELAY"] = "500ms",
            ["SKYDIVE_HTTP_WS_PONG_TIMEOUT"] = "1",
            ["SKYDIVE_FLOW_UPDATE"] = "1",
        },
        AgentAddress,
        through: ["ip", "netns", "exec", Prefix + "h"]);

    /// <summary>Sends ICMP echo requests to the namespace behind; each is answered.</summary>
    public void Ping(int count) => Shell.Run($"ip netns exec {Prefix}h ping -q -c {count} -i 0.02 10.196.{_number}.2");

    /// <summary>Breaks the wire between agent and analyzer, or mends it.</summary>
    public void SetWire(bool up)
    {
        Shell.Run($"ip link set {Prefix}-up {(up ? "up" : "down")}");
        if (up)
        {
            Shell.Run($"ip -n {Prefix}h link set eth0 up");
        }
    }

    /// <summary>Runs a command of ip on the agent's host.</summary>
    public void Ip(string arguments) => Shell.Run($"ip -n {Prefix}h {arguments}");

    public void Dispose()
    {
        Shell.TryRun($"ip link del {Prefix}-up; ip netns del {Prefix}h; ip netns del {Prefix}t");
        _noNamespaces.Dispose();
    }
}
