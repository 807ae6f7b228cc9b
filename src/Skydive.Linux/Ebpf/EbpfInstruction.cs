using System.Runtime.InteropServices;

namespace Skydive.Linux.Ebpf;

/// <summary>One instruction, laid out as <c>struct bpf_insn</c> of <c>linux/bpf.h</c>.</summary>
/// <param name="Code">The operation.</param>
/// <param name="Registers">The destination in the lower half, the source in the upper.</param>
/// <param name="Offset">Of memory, or of a jump.</param>
/// <param name="Immediate">A constant.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct EbpfInstruction(byte Code, byte Registers, short Offset, int Immediate);
