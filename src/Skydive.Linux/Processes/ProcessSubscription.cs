using System.Runtime.InteropServices;

namespace Skydive.Linux.Processes;

/// <summary>The request to be told of processes: <c>struct cn_msg</c>, then <c>struct proc_input</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProcessSubscription
{
    internal uint Index;
    internal uint Value;
    internal uint Sequence;
    internal uint Acknowledgement;
    internal ushort Length;
    internal ushort Flags;
    internal uint Operation;

    /// <summary>Which events; kernels before 6.6 know only the request without it.</summary>
    internal uint Events;
}
