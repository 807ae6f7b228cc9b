namespace Skydive.Linux.Capabilities;

/// <summary>Privileges of a process that matter here, as bits. Source: <c>linux/capability.h</c>.</summary>
[Flags]
public enum LinuxCapabilities : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Read any file and directory.</summary>
    ReadSearch = 1ul << 2, // CAP_DAC_READ_SEARCH

    /// <summary>Hear netlink events of all namespaces.</summary>
    NetworkBroadcast = 1ul << 11, // CAP_NET_BROADCAST

    /// <summary>Configure interfaces; receive buffers beyond the system's limit; promiscuous mode.</summary>
    NetworkAdministration = 1ul << 12, // CAP_NET_ADMIN

    /// <summary>Capture and inject packets.</summary>
    NetworkRaw = 1ul << 13, // CAP_NET_RAW

    /// <summary>Look into the processes of others.</summary>
    ProcessTrace = 1ul << 19, // CAP_SYS_PTRACE

    /// <summary>Enter network namespaces.</summary>
    SystemAdministration = 1ul << 21, // CAP_SYS_ADMIN

    /// <summary>Load eBPF programs.</summary>
    Bpf = 1ul << 39, // CAP_BPF
}
