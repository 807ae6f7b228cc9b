using System.Globalization;

namespace Skydive.Linux.Bpf;

/// <summary>The checks that make a program safe to run: those of the kernel's <c>bpf_check_classic</c>.</summary>
internal static class BpfVerifier
{
    /// <exception cref="ArgumentException">The program is not safe.</exception>
    internal static void Verify(ReadOnlySpan<BpfInstruction> program)
    {
        if (program.IsEmpty || program.Length > BpfProgram.MaximumInstructions)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A BPF program has 1 to {BpfProgram.MaximumInstructions} instructions, not {program.Length}."),
                nameof(program));
        }

        for (int i = 0; i < program.Length; i++)
        {
            if (!IsValid(program[i], program.Length - i - 1))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"BPF instruction {i} is not valid: {program[i]}."), nameof(program));
            }
        }

        if ((program[^1].Code & BpfCode.ClassMask) != BpfCode.Return)
        {
            throw new ArgumentException("A BPF program ends with a return.", nameof(program));
        }
    }

    /// <summary>Checks one instruction with so many behind it.</summary>
    private static bool IsValid(in BpfInstruction instruction, int behind)
    {
        int code = instruction.Code;
        if (code > 0xff)
        {
            return false;
        }

        int operation = code & BpfCode.OperationMask;
        switch (code & BpfCode.ClassMask)
        {
            case BpfCode.Load:
                return (code & BpfCode.ModeMask) switch
                {
                    BpfCode.Immediate or BpfCode.Length => (code & BpfCode.SizeMask) == BpfCode.Word,
                    BpfCode.Memory => (code & BpfCode.SizeMask) == BpfCode.Word && instruction.K < BpfCode.MemoryWords,
                    BpfCode.Absolute or BpfCode.Indirect => (code & BpfCode.SizeMask) != BpfCode.SizeMask,
                    _ => false,
                };
            case BpfCode.LoadIndex:
                return (code & BpfCode.ModeMask) switch
                {
                    BpfCode.Immediate or BpfCode.Length => (code & BpfCode.SizeMask) == BpfCode.Word,
                    BpfCode.Memory => (code & BpfCode.SizeMask) == BpfCode.Word && instruction.K < BpfCode.MemoryWords,
                    BpfCode.HeaderLength => (code & BpfCode.SizeMask) == BpfCode.Byte,
                    _ => false,
                };
            case BpfCode.Store:
            case BpfCode.StoreIndex:
                return (code & ~BpfCode.ClassMask) == 0 && instruction.K < BpfCode.MemoryWords;
            case BpfCode.Arithmetic:
                bool isConstant = (code & BpfCode.SourceMask) == 0;
                return operation switch
                {
                    BpfCode.Divide or BpfCode.Modulo => !isConstant || instruction.K != 0,
                    BpfCode.ShiftLeft or BpfCode.ShiftRight => !isConstant || instruction.K < 32,
                    BpfCode.Negate => isConstant,
                    _ => operation <= BpfCode.ExclusiveOr,
                };
            case BpfCode.Jump:
                return operation == BpfCode.JumpAlways
                    ? (code & BpfCode.SourceMask) == 0 && instruction.K < (uint)behind
                    : operation <= BpfCode.JumpSet && instruction.JumpTrue < behind && instruction.JumpFalse < behind;
            case BpfCode.Return:
                return (code & ~BpfCode.ClassMask) is 0 or BpfCode.Accumulator;
            default:
                return (code & ~BpfCode.ClassMask) is BpfCode.TransferToIndex or BpfCode.TransferToAccumulator;
        }
    }
}
