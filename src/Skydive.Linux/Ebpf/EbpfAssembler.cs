namespace Skydive.Linux.Ebpf;

/// <summary>
/// Puts eBPF programs together, instruction by instruction, with labels for jumps. Not for use by several threads at once.
/// </summary>
/// <remarks>Source: the kernel's <c>Documentation/bpf/standardization/instruction-set.rst</c>.</remarks>
internal sealed class EbpfAssembler
{
    private const byte Wide = 0x07; // BPF_ALU64
    private const byte LoadMemory = 0x61; // BPF_LDX | BPF_MEM
    private const byte StoreMemory = 0x63; // BPF_STX | BPF_MEM
    private const byte StoreImmediate = 0x62; // BPF_ST | BPF_MEM
    private const byte AtomicAdd = 0xdb; // BPF_STX | BPF_ATOMIC | BPF_DW
    private const byte JumpWide = 0x05; // BPF_JMP
    private const byte FromRegister = 0x08; // BPF_X
    private const byte CallCode = 0x85; // BPF_JMP | BPF_CALL
    private const byte ExitCode = 0x95; // BPF_JMP | BPF_EXIT
    private const byte LoadWideImmediate = 0x18; // BPF_LD | BPF_IMM | BPF_DW
    private const byte ToBigEndian = 0xdc; // BPF_ALU | BPF_END | BPF_TO_BE
    private const byte MapDescriptor = 1; // BPF_PSEUDO_MAP_FD

    private readonly List<EbpfInstruction> _instructions = [];
    private readonly List<(int Position, EbpfLabel Target)> _jumps = [];

    /// <summary>Where the next instruction will stand.</summary>
    public int Position => _instructions.Count;

    /// <summary>Computes with a register.</summary>
    public void Compute(EbpfOperation operation, EbpfRegister target, EbpfRegister source) => Emit((byte)((byte)operation | Wide | FromRegister), target, source);

    /// <summary>Computes with a constant, which is widened with its sign.</summary>
    public void Compute(EbpfOperation operation, EbpfRegister target, int constant) => Emit((byte)((byte)operation | Wide), target, 0, 0, constant);

    /// <summary>Copies a register.</summary>
    public void Move(EbpfRegister target, EbpfRegister source) => Compute(EbpfOperation.Move, target, source);

    /// <summary>Sets a register to a constant, which is widened with its sign.</summary>
    public void Move(EbpfRegister target, int constant) => Compute(EbpfOperation.Move, target, constant);

    /// <summary>Reads memory at a register.</summary>
    public void Load(EbpfSize size, EbpfRegister target, EbpfRegister address, int offset) =>
        Emit((byte)(LoadMemory | (byte)size), target, address, checked((short)offset));

    /// <summary>Writes memory at a register.</summary>
    public void Store(EbpfSize size, EbpfRegister address, int offset, EbpfRegister source) =>
        Emit((byte)(StoreMemory | (byte)size), address, source, checked((short)offset));

    /// <summary>Writes a constant to memory at a register.</summary>
    public void Store(EbpfSize size, EbpfRegister address, int offset, int constant) =>
        Emit((byte)(StoreImmediate | (byte)size), address, 0, checked((short)offset), constant);

    /// <summary>Adds to 8 bytes of memory, as one step that no other processor comes between.</summary>
    public void AddAtomically(EbpfRegister address, int offset, EbpfRegister source) => Emit(AtomicAdd, address, source, checked((short)offset));

    /// <summary>Turns the lower 16 bits of a register from network order into the host's, and clears the rest.</summary>
    public void FromNetworkHalf(EbpfRegister target) => Emit(ToBigEndian, target, 0, 0, 16);

    /// <summary>Sets a register to a map.</summary>
    public void LoadMap(EbpfRegister target, SafeDescriptor map)
    {
        Emit(LoadWideImmediate, target, (EbpfRegister)MapDescriptor, 0, (int)map.DangerousGetHandle());
        Emit(0, 0, 0);
    }

    /// <summary>Calls a function of the kernel: arguments in R1 to R5, the result in R0.</summary>
    public void Call(EbpfHelper helper) => Emit(CallCode, 0, 0, 0, (int)helper);

    /// <summary>Ends the program with the result in R0.</summary>
    public void Exit() => Emit(ExitCode, 0, 0);

    /// <summary>Jumps.</summary>
    public void Jump(EbpfLabel target) => EmitJump(JumpWide, 0, 0, 0, target);

    /// <summary>Jumps when a register compares so with a constant, which is widened with its sign.</summary>
    public void JumpIf(EbpfRegister left, EbpfCondition condition, int constant, EbpfLabel target) =>
        EmitJump((byte)(JumpWide | (byte)condition), left, 0, constant, target);

    /// <summary>Jumps when a register compares so with another.</summary>
    public void JumpIf(EbpfRegister left, EbpfCondition condition, EbpfRegister right, EbpfLabel target) =>
        EmitJump((byte)(JumpWide | (byte)condition | FromRegister), left, right, 0, target);

    /// <summary>Puts a label before the next instruction.</summary>
    public void Place(EbpfLabel label) => label.Position = label.Position < 0
        ? _instructions.Count
        : throw new InvalidOperationException("The label has a place already.");

    /// <summary>The program.</summary>
    /// <exception cref="InvalidOperationException">A label that is jumped to has no place.</exception>
    public EbpfInstruction[] Build()
    {
        foreach (var (position, target) in _jumps)
        {
            if (target.Position < 0)
            {
                throw new InvalidOperationException($"The jump at {position} leads nowhere.");
            }

            _instructions[position] = _instructions[position] with { Offset = checked((short)(target.Position - position - 1)) };
        }

        return [.. _instructions];
    }

    private void EmitJump(byte code, EbpfRegister left, EbpfRegister right, int constant, EbpfLabel target)
    {
        _jumps.Add((_instructions.Count, target));
        Emit(code, left, right, 0, constant);
    }

    private void Emit(byte code, EbpfRegister target, EbpfRegister source, short offset = 0, int constant = 0) =>
        _instructions.Add(new(code, (byte)((byte)target | ((byte)source << 4)), offset, constant));
}
