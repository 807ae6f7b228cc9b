namespace Skydive.Linux.Ebpf;

/// <summary>When a jump is taken: all but <see cref="SignedLess"/> take registers as unsigned. As it stands in its code.</summary>
internal enum EbpfCondition : byte
{
    Equal = 0x10, // BPF_JEQ
    Greater = 0x20, // BPF_JGT
    GreaterOrEqual = 0x30, // BPF_JGE
    AnyBit = 0x40, // BPF_JSET
    NotEqual = 0x50, // BPF_JNE
    Less = 0xa0, // BPF_JLT
    LessOrEqual = 0xb0, // BPF_JLE
    SignedLess = 0xc0, // BPF_JSLT
}
