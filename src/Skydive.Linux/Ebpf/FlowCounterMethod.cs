namespace Skydive.Linux.Ebpf;

/// <summary>Where a <see cref="FlowCounter"/> sees packets.</summary>
public enum FlowCounterMethod
{
    /// <summary>The first of the others that the kernel has.</summary>
    Best,

    /// <summary>At the interface's traffic control hooks (tcx, Linux 6.6), where packets are read in place.</summary>
    TrafficControl,

    /// <summary>At a packet socket, which every kernel with eBPF has; each packet that is sent is cloned for it.</summary>
    Socket,
}
