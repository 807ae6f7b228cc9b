namespace Skydive.Service.Tests.Support;

/// <summary>Two namespaces on a bridge, with names of this test's own; gone when disposed.</summary>
internal sealed class Lab : IDisposable
{
    private static int s_count;

    public Lab()
    {
        // Interface names have 15 characters at most.
        Prefix = $"s{Environment.ProcessId % 10000}{(char)('a' + (Interlocked.Increment(ref s_count) % 26))}";
        Shell.Run(
            $"""
            set -e
            ip link add {Prefix}-br type bridge
            ip link set {Prefix}-br up
            for i in 1 2; do
              ip netns add {Prefix}$i
              ip link add {Prefix}$i-eth0 type veth peer name eth0 netns {Prefix}$i
              ip link set {Prefix}$i-eth0 master {Prefix}-br up
              ip -n {Prefix}$i link set lo up
              ip -n {Prefix}$i link set eth0 up
              ip -n {Prefix}$i addr add 10.199.8.$i/24 dev eth0
            done
            """);
    }

    public string Prefix { get; }

    /// <summary>Gremlin text for the veths on the bridge.</summary>
    public string OuterVeths => $"G.V().Has('Name', Within('{Prefix}1-eth0', '{Prefix}2-eth0'))";

    public void Ping(int count) => Shell.Run($"ip netns exec {Prefix}1 ping -q -c {count} -i 0.05 10.199.8.2");

    public void Dispose() => Shell.TryRun(
        $"for i in 1 2; do ip link del {Prefix}$i-eth0; ip netns del {Prefix}$i; done; ip link del {Prefix}-br; ip link del {Prefix}x; ip link del {Prefix}y; ip link del {Prefix}w");
}
