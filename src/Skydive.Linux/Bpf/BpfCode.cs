namespace Skydive.Linux.Bpf;

/// <summary>Operation codes of classic BPF. Source: <c>linux/bpf_common.h</c>, <c>linux/filter.h</c>.</summary>
internal static class BpfCode
{
    internal const int ClassMask = 0x07; // BPF_CLASS
    internal const int Load = 0x00; // BPF_LD
    internal const int LoadIndex = 0x01; // BPF_LDX
    internal const int Store = 0x02; // BPF_ST
    internal const int StoreIndex = 0x03; // BPF_STX
    internal const int Arithmetic = 0x04; // BPF_ALU
    internal const int Jump = 0x05; // BPF_JMP
    internal const int Return = 0x06; // BPF_RET
    internal const int Miscellaneous = 0x07; // BPF_MISC

    internal const int SizeMask = 0x18; // BPF_SIZE
    internal const int Word = 0x00; // BPF_W
    internal const int Half = 0x08; // BPF_H
    internal const int Byte = 0x10; // BPF_B

    internal const int ModeMask = 0xe0; // BPF_MODE
    internal const int Immediate = 0x00; // BPF_IMM
    internal const int Absolute = 0x20; // BPF_ABS
    internal const int Indirect = 0x40; // BPF_IND
    internal const int Memory = 0x60; // BPF_MEM
    internal const int Length = 0x80; // BPF_LEN
    internal const int HeaderLength = 0xa0; // BPF_MSH

    internal const int OperationMask = 0xf0; // BPF_OP
    internal const int Add = 0x00; // BPF_ADD
    internal const int Subtract = 0x10; // BPF_SUB
    internal const int Multiply = 0x20; // BPF_MUL
    internal const int Divide = 0x30; // BPF_DIV
    internal const int Or = 0x40; // BPF_OR
    internal const int And = 0x50; // BPF_AND
    internal const int ShiftLeft = 0x60; // BPF_LSH
    internal const int ShiftRight = 0x70; // BPF_RSH
    internal const int Negate = 0x80; // BPF_NEG
    internal const int Modulo = 0x90; // BPF_MOD
    internal const int ExclusiveOr = 0xa0; // BPF_XOR

    internal const int JumpAlways = 0x00; // BPF_JA
    internal const int JumpEqual = 0x10; // BPF_JEQ
    internal const int JumpGreater = 0x20; // BPF_JGT
    internal const int JumpGreaterOrEqual = 0x30; // BPF_JGE
    internal const int JumpSet = 0x40; // BPF_JSET

    internal const int SourceMask = 0x08; // BPF_SRC
    internal const int ReturnMask = 0x18; // BPF_RVAL
    internal const int Accumulator = 0x10; // BPF_A

    internal const int TransferToIndex = 0x00; // BPF_TAX
    internal const int TransferToAccumulator = 0x80; // BPF_TXA

    internal const int MemoryWords = 16; // BPF_MEMWORDS

    internal const uint AncillaryBase = 0xfffff000; // SKF_AD_OFF
    internal const uint AncillaryVlanTag = AncillaryBase + 44; // SKF_AD_VLAN_TAG
    internal const uint AncillaryVlanTagPresent = AncillaryBase + 48; // SKF_AD_VLAN_TAG_PRESENT
    internal const uint AncillaryVlanProtocol = AncillaryBase + 60; // SKF_AD_VLAN_TPID
}
