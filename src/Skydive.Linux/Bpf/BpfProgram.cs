using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Skydive.Linux.Bpf;

/// <summary>
/// A classic BPF program: checked once, immutable, run on packets by the kernel (<see cref="Packets.PacketRing"/>) or by
/// <see cref="Run(in BpfPacket)"/>.
/// </summary>
/// <remarks>
/// Any thread. Programs have no loops, so a run ends after at most as many steps as there are instructions. Source: S. McCanne and
/// V. Jacobson, "The BSD Packet Filter" (1993); the kernel's <c>net/core/filter.c</c> for the ancillary loads.
/// </remarks>
public sealed class BpfProgram
{
    /// <summary>The most instructions that the kernel takes (<c>BPF_MAXINSNS</c>).</summary>
    public const int MaximumKernelInstructions = 4096;

    /// <summary>The most instructions that this type takes.</summary>
    public const int MaximumInstructions = 1 << 20;

    private readonly BpfInstruction[] _instructions;

    /// <summary>Makes a program of instructions.</summary>
    /// <param name="instructions">The instructions.</param>
    /// <exception cref="ArgumentException">
    /// The program is empty or too long, jumps out of itself, falls off its end, uses memory or operations that do not exist, or divides by
    /// a constant zero.
    /// </exception>
    public BpfProgram(ReadOnlySpan<BpfInstruction> instructions)
    {
        BpfVerifier.Verify(instructions);
        _instructions = instructions.ToArray();
    }

    /// <summary>The instructions.</summary>
    public ReadOnlySpan<BpfInstruction> Instructions => _instructions;

    /// <summary>Whether the kernel takes a program of this length.</summary>
    public bool FitsKernel => _instructions.Length <= MaximumKernelInstructions;

    /// <summary>A program that takes every packet, cut to a length.</summary>
    /// <param name="snapLength">How many bytes of each packet to keep.</param>
    /// <returns>The program.</returns>
    public static BpfProgram AcceptAll(int snapLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(snapLength);
        return new BpfProgram([new BpfInstruction(BpfCode.Return, 0, 0, (uint)snapLength)]);
    }

    /// <summary>Says whether the program takes a packet.</summary>
    /// <param name="packet">The whole packet, its VLAN tags in place, as files hold it.</param>
    /// <returns>Whether it takes it.</returns>
    public bool Matches(ReadOnlySpan<byte> packet) => Run(new BpfPacket(packet, packet.Length)) != 0;

    /// <summary>Says whether the program takes a packet of which the end may be missing.</summary>
    /// <param name="packet">The bytes at hand, VLAN tags in place.</param>
    /// <param name="originalLength">The length on the wire.</param>
    /// <returns>Whether it takes it; a packet too short for a test that the program makes is not taken.</returns>
    public bool Matches(ReadOnlySpan<byte> packet, int originalLength) => Run(new BpfPacket(packet, originalLength)) != 0;

    /// <summary>Runs the program.</summary>
    /// <param name="packet">The packet.</param>
    /// <returns>
    /// How many bytes of the packet to keep; 0 when it is not taken, also when it is too short for a load, when it divides by zero, or
    /// asks the kernel for something that a stored packet does not have.
    /// </returns>
    /// <remarks>Allocates nothing.</remarks>
    public uint Run(in BpfPacket packet)
    {
        BpfInstruction[] program = _instructions;
        ReadOnlySpan<byte> data = packet.Data;
        Span<uint> memory = stackalloc uint[BpfCode.MemoryWords];
        memory.Clear();
        uint a = 0;
        uint x = 0;
        for (int pc = 0; (uint)pc < (uint)program.Length; pc++)
        {
            BpfInstruction instruction = program[pc];
            uint k = instruction.K;
            switch (instruction.Code & BpfCode.ClassMask)
            {
                case BpfCode.Load:
                    switch (instruction.Code & BpfCode.ModeMask)
                    {
                        case BpfCode.Immediate:
                            a = k;
                            break;
                        case BpfCode.Memory:
                            a = memory[(int)k];
                            break;
                        case BpfCode.Length:
                            a = (uint)packet.OriginalLength;
                            break;
                        case BpfCode.Absolute when k >= BpfCode.AncillaryBase:
                            if (!TryLoadAncillary(packet, k, out a))
                            {
                                return 0;
                            }

                            break;
                        default:
                            ulong offset = (instruction.Code & BpfCode.ModeMask) == BpfCode.Indirect ? (ulong)x + k : k;
                            if (!TryLoad(data, offset, instruction.Code & BpfCode.SizeMask, out a))
                            {
                                return 0;
                            }

                            break;
                    }

                    break;
                case BpfCode.LoadIndex:
                    switch (instruction.Code & BpfCode.ModeMask)
                    {
                        case BpfCode.Immediate:
                            x = k;
                            break;
                        case BpfCode.Memory:
                            x = memory[(int)k];
                            break;
                        case BpfCode.Length:
                            x = (uint)packet.OriginalLength;
                            break;
                        default:
                            // The length of an IPv4 header: the lower half of its first byte, in words.
                            if (k >= (uint)data.Length)
                            {
                                return 0;
                            }

                            x = (uint)(data[(int)k] & 0xf) << 2;
                            break;
                    }

                    break;
                case BpfCode.Store:
                    memory[(int)k] = a;
                    break;
                case BpfCode.StoreIndex:
                    memory[(int)k] = x;
                    break;
                case BpfCode.Arithmetic:
                    if (!TryCompute(instruction.Code, ref a, (instruction.Code & BpfCode.SourceMask) != 0 ? x : k))
                    {
                        return 0;
                    }

                    break;
                case BpfCode.Jump:
                    if ((instruction.Code & BpfCode.OperationMask) == BpfCode.JumpAlways)
                    {
                        pc += (int)k;
                        break;
                    }

                    uint operand = (instruction.Code & BpfCode.SourceMask) != 0 ? x : k;
                    bool holds = (instruction.Code & BpfCode.OperationMask) switch
                    {
                        BpfCode.JumpEqual => a == operand,
                        BpfCode.JumpGreater => a > operand,
                        BpfCode.JumpGreaterOrEqual => a >= operand,
                        _ => (a & operand) != 0,
                    };
                    pc += holds ? instruction.JumpTrue : instruction.JumpFalse;
                    break;
                case BpfCode.Return:
                    return (instruction.Code & BpfCode.ReturnMask) == BpfCode.Accumulator ? a : k;
                default:
                    if ((instruction.Code & 0xf8) == BpfCode.TransferToIndex)
                    {
                        x = a;
                    }
                    else
                    {
                        a = x;
                    }

                    break;
            }
        }

        return 0;
    }

    /// <summary>The program with every constant result cut to a length: it takes the same packets, but keeps less of each.</summary>
    /// <param name="snapLength">The most bytes to keep.</param>
    /// <returns>The program, or this one when it keeps no more already.</returns>
    public BpfProgram WithSnapLength(int snapLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(snapLength);
        BpfInstruction[]? cut = null;
        for (int i = 0; i < _instructions.Length; i++)
        {
            BpfInstruction instruction = _instructions[i];
            if (instruction.Code == BpfCode.Return && instruction.K > (uint)snapLength)
            {
                cut ??= (BpfInstruction[])_instructions.Clone();
                cut[i] = instruction with { K = (uint)snapLength };
            }
        }

        return cut is null ? this : new BpfProgram(cut);
    }

    /// <summary>
    /// The program for the kernel's side of a capture, where the outermost VLAN tag has been taken out of the packet before the filter
    /// runs. A program that looks for a VLAN tag is rewritten to see the packet as if the tag were in place, so that <c>vlan 7 and icmp</c>
    /// takes what it says. A program that does not is left alone, so that <c>icmp</c> takes tagged packets as well as untagged ones, as
    /// Linux captures always have.
    /// </summary>
    /// <returns>The rewritten program, or this one when there is nothing to rewrite.</returns>
    /// <exception cref="NotSupportedException">
    /// The program looks for VLAN tags, and at bytes around them in a way that cannot be rewritten (<c>ether[x] …</c> with a computed
    /// offset), or is too long for the kernel once rewritten.
    /// </exception>
    public BpfProgram ForVlanOffload() => VlanOffload.Rewrite(this);

    /// <summary>The instructions as text, one a line, as <c>tcpdump -ddd</c> prints them, without the count.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (BpfInstruction instruction in _instructions)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture, $"{instruction.Code} {instruction.JumpTrue} {instruction.JumpFalse} {instruction.K}");
        }

        return text.ToString();
    }

    private static bool TryLoad(ReadOnlySpan<byte> data, ulong offset, int size, out uint value)
    {
        value = 0;
        int width = size switch
        {
            BpfCode.Word => 4,
            BpfCode.Half => 2,
            _ => 1,
        };
        if (offset + (ulong)width > (ulong)data.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> field = data[(int)offset..];
        value = width switch
        {
            4 => BinaryPrimitives.ReadUInt32BigEndian(field),
            2 => BinaryPrimitives.ReadUInt16BigEndian(field),
            _ => field[0],
        };
        return true;
    }

    private static bool TryLoadAncillary(in BpfPacket packet, uint k, out uint value)
    {
        switch (k)
        {
            case BpfCode.AncillaryVlanTag:
                value = packet.HasVlan ? packet.VlanTci : 0u;
                return true;
            case BpfCode.AncillaryVlanTagPresent:
                value = packet.HasVlan ? 1u : 0u;
                return true;
            case BpfCode.AncillaryVlanProtocol:
                value = packet.HasVlan ? packet.VlanTpid : 0u;
                return true;
            default:
                value = 0;
                return false;
        }
    }

    private static bool TryCompute(int code, ref uint a, uint operand)
    {
        switch (code & BpfCode.OperationMask)
        {
            case BpfCode.Add:
                a += operand;
                return true;
            case BpfCode.Subtract:
                a -= operand;
                return true;
            case BpfCode.Multiply:
                a *= operand;
                return true;
            case BpfCode.Divide:
                if (operand == 0)
                {
                    return false;
                }

                a /= operand;
                return true;
            case BpfCode.Modulo:
                if (operand == 0)
                {
                    return false;
                }

                a %= operand;
                return true;
            case BpfCode.Or:
                a |= operand;
                return true;
            case BpfCode.And:
                a &= operand;
                return true;
            case BpfCode.ExclusiveOr:
                a ^= operand;
                return true;
            case BpfCode.ShiftLeft:
                a = operand < 32 ? a << (int)operand : 0;
                return true;
            case BpfCode.ShiftRight:
                a = operand < 32 ? a >> (int)operand : 0;
                return true;
            default:
                a = 0 - a;
                return true;
        }
    }
}
