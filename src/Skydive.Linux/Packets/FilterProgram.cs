using System.Runtime.InteropServices;
using Skydive.Linux.Bpf;

namespace Skydive.Linux.Packets;

/// <summary><c>struct sock_fprog</c> of <c>linux/filter.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FilterProgram
{
    internal ushort Length;
    internal BpfInstruction* Instructions;
}
