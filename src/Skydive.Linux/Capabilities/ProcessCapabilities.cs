using Skydive.Linux.Interop;

namespace Skydive.Linux.Capabilities;

/// <summary>What the kernel lets this process do, so that a service can say at its start what it lacks. Source: <c>capget(2)</c>.</summary>
public static unsafe class ProcessCapabilities
{
    private const uint Version3 = 0x20080522; // _LINUX_CAPABILITY_VERSION_3

    private static readonly (LinuxCapabilities Capability, string Name)[] s_names =
    [
        (LinuxCapabilities.ReadSearch, "CAP_DAC_READ_SEARCH"),
        (LinuxCapabilities.NetworkBroadcast, "CAP_NET_BROADCAST"),
        (LinuxCapabilities.NetworkAdministration, "CAP_NET_ADMIN"),
        (LinuxCapabilities.NetworkRaw, "CAP_NET_RAW"),
        (LinuxCapabilities.ProcessTrace, "CAP_SYS_PTRACE"),
        (LinuxCapabilities.SystemAdministration, "CAP_SYS_ADMIN"),
        (LinuxCapabilities.Bpf, "CAP_BPF"),
    ];

    /// <summary>The effective capabilities of the calling thread; bits without a name here are there too.</summary>
    /// <returns>The capabilities.</returns>
    /// <exception cref="LinuxException">The kernel does not answer.</exception>
    /// <remarks>Capabilities of a user namespace count only for the network namespaces that it owns.</remarks>
    public static LinuxCapabilities GetEffective()
    {
        uint* header = stackalloc uint[2];
        header[0] = Version3;
        header[1] = 0;

        // Two rounds of effective, permitted and inheritable: the lower, then the upper 32 bits.
        uint* data = stackalloc uint[6];
        return Libc.CapabilityGet(header, data) == 0
            ? (LinuxCapabilities)(data[0] | ((ulong)data[3] << 32))
            : throw LinuxException.FromLastError("capget");
    }

    /// <summary>Whether the process has all of the capabilities asked for.</summary>
    /// <param name="wanted">Those asked for.</param>
    /// <returns>Whether it has them.</returns>
    /// <exception cref="LinuxException">The kernel does not answer.</exception>
    public static bool Has(LinuxCapabilities wanted) => (GetEffective() & wanted) == wanted;

    /// <summary>The kernel's names of capabilities, for messages, such as <c>CAP_NET_RAW</c>.</summary>
    /// <param name="capabilities">The capabilities.</param>
    /// <returns>The names of those that have one here, by number.</returns>
    public static IReadOnlyList<string> Names(LinuxCapabilities capabilities)
    {
        var names = new List<string>();
        foreach ((LinuxCapabilities capability, string name) in s_names)
        {
            if ((capabilities & capability) != 0)
            {
                names.Add(name);
            }
        }

        return names;
    }
}
