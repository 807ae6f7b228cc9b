using System.Runtime.InteropServices;

namespace Skydive.Linux.Bpf;

/// <summary>One instruction of classic BPF, laid out as <c>struct sock_filter</c> of <c>linux/filter.h</c>.</summary>
/// <param name="Code">The operation.</param>
/// <param name="JumpTrue">Instructions to skip when a condition holds.</param>
/// <param name="JumpFalse">Instructions to skip when it does not.</param>
/// <param name="K">The operand.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint K);
