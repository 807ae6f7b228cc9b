namespace Skydive.Linux.Ebpf;

/// <summary>Arithmetic of 64 bits, as it stands in its code.</summary>
internal enum EbpfOperation : byte
{
    Add = 0x00, // BPF_ADD
    Subtract = 0x10, // BPF_SUB
    Or = 0x40, // BPF_OR
    And = 0x50, // BPF_AND
    ShiftLeft = 0x60, // BPF_LSH
    ShiftRight = 0x70, // BPF_RSH
    Move = 0xb0, // BPF_MOV
}
