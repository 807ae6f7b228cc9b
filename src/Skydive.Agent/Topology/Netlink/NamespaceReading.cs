using Skydive.Linux;
using Skydive.Linux.Netlink;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What came of opening and reading a namespace for the first time.</summary>
/// <param name="source">The namespace.</param>
internal sealed class NamespaceReading(NamespaceSource source)
{
    public NamespaceSource Source { get; } = source;

    /// <summary>The namespace with what was found in it; null when it could not be opened.</summary>
    public NamespaceState? State { get; set; }

    /// <summary>Its sockets; null when it could not be opened.</summary>
    public NamespaceKernel? Kernel { get; set; }

    /// <summary>Why it could not be opened.</summary>
    public LinuxException? Refusal { get; set; }

    /// <summary>Why it could not be read.</summary>
    public NetlinkException? ReadFailure { get; set; }
}
