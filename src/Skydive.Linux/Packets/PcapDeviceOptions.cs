using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Packets;

/// <summary>How to open a <see cref="PcapDevice"/>.</summary>
public sealed record PcapDeviceOptions
{
    /// <summary>The interface, by its index in the namespace.</summary>
    public required int InterfaceIndex { get; init; }

    /// <summary>The namespace of the interface; null for that of the calling thread. It may be disposed once the device is open.</summary>
    public NetworkNamespace? Namespace { get; init; }

    /// <summary>How many bytes of each packet to keep. Default: all, up to 262,144.</summary>
    public int SnapLength { get; init; } = Bpf.BpfCompiler.DefaultSnapLength;

    /// <summary>Which packets to take, in libpcap's syntax; null or empty for all.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether to ask the interface for packets to other hosts, too. Default: no.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Bytes of the kernel's buffer. Default: 8 MiB.</summary>
    public int BufferSizeBytes { get; init; } = 8 << 20;

    /// <summary>How long packets may wait in the kernel until there are more. Default: 50 ms.</summary>
    public TimeSpan PacketTimeout { get; init; } = TimeSpan.FromMilliseconds(50);
}
