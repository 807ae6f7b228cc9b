namespace Skydive.Linux.Ebpf;

/// <summary>
/// The registers of eBPF. R0 holds results; R1 to R5 arguments, which calls destroy; R6 to R9 survive calls. Source: the kernel's
/// <c>Documentation/bpf/standardization/instruction-set.rst</c>.
/// </summary>
internal enum EbpfRegister : byte
{
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,

    /// <summary>The end of the stack frame, read-only: 512 bytes below it may be used.</summary>
    FramePointer,
}
