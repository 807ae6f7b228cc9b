namespace Skydive.Linux.Ebpf;

/// <summary>How much memory an instruction reads or writes, as it stands in its code.</summary>
internal enum EbpfSize : byte
{
    U8 = 0x10, // BPF_B
    U16 = 0x08, // BPF_H
    U32 = 0x00, // BPF_W
    U64 = 0x18, // BPF_DW
}
