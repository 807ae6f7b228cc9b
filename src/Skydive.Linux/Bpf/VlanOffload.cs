using System.Globalization;

namespace Skydive.Linux.Bpf;

/// <summary>
/// Rewrites programs for packets whose outermost VLAN tag the kernel has taken out. The result branches at once on whether there was a
/// tag: without one, the program as it was; with one, a copy in which every load finds what it would find with the tag in place. In the
/// tagged packet T made of the packet P, bytes 0 to 11 are those of P, 12 and 13 the tag's protocol, 14 and 15 the tag, and from 16 on
/// those of P from 12 on.
/// </summary>
internal static class VlanOffload
{
    private const int TagOffset = 12;
    private const int TagSize = 4;
    private const int TagEnd = TagOffset + TagSize;

    private const ushort LoadAbsoluteWord = BpfCode.Load | BpfCode.Word | BpfCode.Absolute;
    private const ushort JumpAlways = BpfCode.Jump | BpfCode.JumpAlways;

    /// <summary>What the accumulator holds, as far as it matters: nothing yet, anything, or the half-word at 12.</summary>
    private enum Accumulator
    {
        Unreached,
        Anything,
        EtherType,
    }

    internal static BpfProgram Rewrite(BpfProgram program)
    {
        ReadOnlySpan<BpfInstruction> source = program.Instructions;
        if (!LooksForTag(source))
        {
            return program;
        }

        BpfInstruction[] tagged = RewriteTagged(source);

        // ld vlan_tag_present; jeq #0 → untagged; (a is 1) ld #0; tagged copy …; untagged copy …
        // The kernel starts programs with the accumulator at zero; both copies find it so.
        var result = new List<BpfInstruction>(tagged.Length + source.Length + 4)
        {
            new(LoadAbsoluteWord, 0, 0, BpfCode.AncillaryVlanTagPresent),
            new(BpfCode.Jump | BpfCode.JumpEqual, 0, 1, 0),
            new(JumpAlways, 0, 0, (uint)tagged.Length + 1),
            new(BpfCode.Load | BpfCode.Immediate, 0, 0, 0),
        };
        result.AddRange(tagged);
        result.AddRange(source);
        if (result.Count > BpfProgram.MaximumKernelInstructions)
        {
            throw new NotSupportedException(string.Create(
                CultureInfo.InvariantCulture,
                $"The filter takes {result.Count} instructions with VLAN handling; the kernel's limit is {BpfProgram.MaximumKernelInstructions}."));
        }

        return new BpfProgram(result.ToArray());
    }

    /// <summary>Whether the program compares the half-word at 12 with a VLAN protocol.</summary>
    private static bool LooksForTag(ReadOnlySpan<BpfInstruction> program)
    {
        Accumulator[] states = Analyse(program, withTag: false);
        for (int i = 0; i < program.Length; i++)
        {
            if (states[i] == Accumulator.EtherType && IsEqualTest(program[i]) && program[i].K is 0x8100 or 0x88a8 or 0x9100)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// What the accumulator holds before each instruction, over all ways to it. With a tag, the half-word at 12 is one of the two protocols
    /// that the kernel takes out, so that ways that need another are not gone.
    /// </summary>
    private static Accumulator[] Analyse(ReadOnlySpan<BpfInstruction> program, bool withTag)
    {
        var states = new Accumulator[program.Length];
        states[0] = Accumulator.Anything;

        // Jumps lead forward only, so that one pass sees every way.
        for (int i = 0; i < program.Length; i++)
        {
            if (states[i] == Accumulator.Unreached)
            {
                continue;
            }

            BpfInstruction instruction = program[i];
            Accumulator after = states[i];
            switch (instruction.Code & BpfCode.ClassMask)
            {
                case BpfCode.Load:
                    after = instruction is { Code: BpfCode.Load | BpfCode.Half | BpfCode.Absolute, K: TagOffset }
                        ? Accumulator.EtherType
                        : Accumulator.Anything;
                    break;
                case BpfCode.Arithmetic:
                    after = Accumulator.Anything;
                    break;
                case BpfCode.Miscellaneous when instruction.Code == (BpfCode.Miscellaneous | BpfCode.TransferToAccumulator):
                    after = Accumulator.Anything;
                    break;
                case BpfCode.Return:
                    continue;
                case BpfCode.Jump when instruction.Code == JumpAlways:
                    Reach(states, i + 1 + (int)instruction.K, after);
                    continue;
                case BpfCode.Jump:
                    if (!withTag || !IsNeverTrueWithTag(instruction, after))
                    {
                        Reach(states, i + 1 + instruction.JumpTrue, after);
                    }

                    Reach(states, i + 1 + instruction.JumpFalse, after);
                    continue;
            }

            Reach(states, i + 1, after);
        }

        return states;
    }

    private static void Reach(Accumulator[] states, int index, Accumulator state)
    {
        if (states[index] == Accumulator.Unreached)
        {
            states[index] = state;
        }
        else if (states[index] != state)
        {
            states[index] = Accumulator.Anything;
        }
    }

    private static bool IsEqualTest(in BpfInstruction instruction) => instruction.Code == (BpfCode.Jump | BpfCode.JumpEqual);

    private static bool IsNeverTrueWithTag(in BpfInstruction instruction, Accumulator state) =>
        state == Accumulator.EtherType && IsEqualTest(instruction) && instruction.K is not (0x8100 or 0x88a8);

    private static BpfInstruction[] RewriteTagged(ReadOnlySpan<BpfInstruction> source)
    {
        Accumulator[] states = Analyse(source, withTag: true);
        var pieces = new BpfInstruction[source.Length][];
        for (int i = 0; i < source.Length; i++)
        {
            pieces[i] = states[i] == Accumulator.Unreached
                ? []
                : RewriteInstruction(source[i], i);
        }

        // A conditional jump reaches 255 instructions; one that no longer does becomes a short hop over two long jumps, which may put
        // others out of reach in turn.
        var isLong = new bool[source.Length];
        int[] starts;
        do
        {
            starts = Layout(pieces, isLong);
        }
        while (MarkLongJumps(source, states, pieces, isLong, starts));

        var result = new List<BpfInstruction>(starts[^1]);
        for (int i = 0; i < source.Length; i++)
        {
            if (pieces[i].Length == 0)
            {
                continue;
            }

            BpfInstruction instruction = source[i];
            if ((instruction.Code & BpfCode.ClassMask) != BpfCode.Jump)
            {
                result.AddRange(pieces[i]);
                continue;
            }

            (int whenTrue, int whenFalse) = Targets(instruction, states[i], i);
            int next = starts[i] + 1;
            if (whenTrue == whenFalse)
            {
                result.Add(new BpfInstruction(JumpAlways, 0, 0, (uint)(starts[whenFalse] - next)));
            }
            else if (isLong[i])
            {
                result.Add(instruction with { JumpTrue = 0, JumpFalse = 1 });
                result.Add(new BpfInstruction(JumpAlways, 0, 0, (uint)(starts[whenTrue] - next - 1)));
                result.Add(new BpfInstruction(JumpAlways, 0, 0, (uint)(starts[whenFalse] - next - 2)));
            }
            else
            {
                result.Add(instruction with
                {
                    JumpTrue = (byte)(starts[whenTrue] - next),
                    JumpFalse = (byte)(starts[whenFalse] - next),
                });
            }
        }

        return [.. result];
    }

    /// <summary>Where a jump leads, by index in the source.</summary>
    private static (int WhenTrue, int WhenFalse) Targets(in BpfInstruction instruction, Accumulator state, int index)
    {
        if (instruction.Code == JumpAlways)
        {
            int target = index + 1 + (int)instruction.K;
            return (target, target);
        }

        int whenFalse = index + 1 + instruction.JumpFalse;
        return IsNeverTrueWithTag(instruction, state)
            ? (whenFalse, whenFalse)
            : (index + 1 + instruction.JumpTrue, whenFalse);
    }

    /// <summary>The new index of each piece, and the length of all after the last.</summary>
    private static int[] Layout(BpfInstruction[][] pieces, bool[] isLong)
    {
        var starts = new int[pieces.Length + 1];
        for (int i = 0; i < pieces.Length; i++)
        {
            starts[i + 1] = starts[i] + (isLong[i] ? 3 : pieces[i].Length);
        }

        return starts;
    }

    private static bool MarkLongJumps(
        ReadOnlySpan<BpfInstruction> source, Accumulator[] states, BpfInstruction[][] pieces, bool[] isLong, int[] starts)
    {
        bool changed = false;
        for (int i = 0; i < source.Length; i++)
        {
            if (isLong[i] || pieces[i].Length == 0 || (source[i].Code & BpfCode.ClassMask) != BpfCode.Jump)
            {
                continue;
            }

            (int whenTrue, int whenFalse) = Targets(source[i], states[i], i);
            if (whenTrue != whenFalse && Math.Max(starts[whenTrue], starts[whenFalse]) - starts[i] - 1 > byte.MaxValue)
            {
                isLong[i] = true;
                changed = true;
            }
        }

        return changed;
    }

    private static BpfInstruction[] RewriteInstruction(in BpfInstruction instruction, int index)
    {
        int type = instruction.Code & BpfCode.ClassMask;
        int mode = instruction.Code & BpfCode.ModeMask;
        if (type == BpfCode.Load && mode == BpfCode.Length)
        {
            return [instruction, new BpfInstruction(BpfCode.Arithmetic | BpfCode.Add, 0, 0, TagSize)];
        }

        if (type == BpfCode.Load && mode == BpfCode.Absolute)
        {
            return RewriteAbsolute(instruction, index);
        }

        bool isIndirect = type == BpfCode.Load && mode == BpfCode.Indirect;
        bool isHeaderLength = type == BpfCode.LoadIndex && mode == BpfCode.HeaderLength;
        if (isIndirect || isHeaderLength)
        {
            // The index is never negative, so that from 16 on the load cannot touch the tag. A header length may come from before it, too.
            if (instruction.K is >= TagEnd and <= int.MaxValue)
            {
                return [instruction with { K = instruction.K - TagSize }];
            }

            return isHeaderLength && instruction.K < TagOffset ? [instruction] : throw Unsupported(index);
        }

        return type == BpfCode.LoadIndex && mode == BpfCode.Length ? throw Unsupported(index) : [instruction];
    }

    private static BpfInstruction[] RewriteAbsolute(in BpfInstruction instruction, int index)
    {
        uint k = instruction.K;
        int width = (instruction.Code & BpfCode.SizeMask) switch
        {
            BpfCode.Word => 4,
            BpfCode.Half => 2,
            _ => 1,
        };
        if (k > int.MaxValue || k + width <= TagOffset)
        {
            // The kernel's own data, or what lies before the tag.
            return [instruction];
        }

        if (k >= TagEnd)
        {
            return [instruction with { K = k - TagSize }];
        }

        var protocol = new BpfInstruction(LoadAbsoluteWord, 0, 0, BpfCode.AncillaryVlanProtocol);
        var tag = new BpfInstruction(LoadAbsoluteWord, 0, 0, BpfCode.AncillaryVlanTag);
        var upper = new BpfInstruction(BpfCode.Arithmetic | BpfCode.ShiftRight, 0, 0, 8);
        var lower = new BpfInstruction(BpfCode.Arithmetic | BpfCode.And, 0, 0, 0xff);
        return (k, width) switch
        {
            (12, 2) => [protocol],
            (12, 1) => [protocol, upper],
            (13, 1) => [protocol, lower],
            (14, 2) => [tag],
            (14, 1) => [tag, upper],
            (15, 1) => [tag, lower],
            _ => throw Unsupported(index),
        };
    }

    private static NotSupportedException Unsupported(int index) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"The filter looks for VLAN tags, and reads bytes around the tag in a way that the kernel cannot be told (instruction {index})."));
}
