using Skydive.Linux.Bpf;

namespace Skydive.Linux.Tests.Bpf;

public sealed class BpfProgramTests
{
    private static readonly BpfInstruction s_accept = new(0x06, 0, 0, 100);
    private static readonly BpfInstruction s_reject = new(0x06, 0, 0, 0);

    public static TheoryData<int, int, int, uint> BadInstructions => new()
    {
        { 0x05, 0, 0, 1 }, // ja beyond the end
        { 0x05, 0, 0, uint.MaxValue }, // ja backwards
        { 0x15, 1, 0, 0 }, // jeq beyond the end
        { 0x15, 0, 255, 0 },
        { 0x60, 0, 0, 16 }, // ld M[16]
        { 0x02, 0, 0, 16 }, // st M[16]
        { 0x34, 0, 0, 0 }, // div #0
        { 0x94, 0, 0, 0 }, // mod #0
        { 0x64, 0, 0, 32 }, // lsh #32
        { 0x38, 0, 0, 0 }, // ld of no size
        { 0xe0, 0, 0, 0 }, // ld of no mode
        { 0x100, 0, 0, 0 },
        { 0xb4, 0, 0, 0 }, // no such arithmetic
        { 0x55, 0, 0, 0 }, // no such jump
        { 0x0e, 0, 0, 0 }, // ret X
        { 0x17, 0, 0, 0 }, // no such transfer
        { 0x0a, 0, 0, 0 }, // st with size
    };

    [Theory]
    [MemberData(nameof(BadInstructions))]
    public void Constructor_BadInstruction_Throws(int code, int jumpTrue, int jumpFalse, uint k)
    {
        BpfInstruction[] program = [new((ushort)code, (byte)jumpTrue, (byte)jumpFalse, k), s_accept];

        Assert.Throws<ArgumentException>(() => new BpfProgram(program));
    }

    [Fact]
    public void Constructor_NoReturnAtTheEnd_Throws()
    {
        Assert.Throws<ArgumentException>(() => new BpfProgram([]));
        Assert.Throws<ArgumentException>(() => new BpfProgram([new BpfInstruction(0x00, 0, 0, 1)]));
    }

    [Theory]
    [InlineData(0x04, 7u, 5u, 12u)] // add
    [InlineData(0x14, 7u, 9u, 0xfffffffeu)] // sub
    [InlineData(0x24, 7u, 5u, 35u)] // mul
    [InlineData(0x34, 17u, 5u, 3u)] // div
    [InlineData(0x44, 6u, 9u, 15u)] // or
    [InlineData(0x54, 7u, 5u, 5u)] // and
    [InlineData(0x64, 1u, 31u, 0x80000000u)] // lsh
    [InlineData(0x74, 0x80000000u, 31u, 1u)] // rsh
    [InlineData(0x84, 1u, 0u, 0xffffffffu)] // neg
    [InlineData(0x94, 17u, 5u, 2u)] // mod
    [InlineData(0xa4, 6u, 5u, 3u)] // xor
    public void Run_Arithmetic_ConstantAndIndex(int code, uint left, uint right, uint expected)
    {
        var constant = new BpfProgram([new(0x00, 0, 0, left), new((ushort)code, 0, 0, right), new(0x16, 0, 0, 0)]);
        Assert.Equal(expected, constant.Run(default));
        if (code != 0x84)
        {
            var index = new BpfProgram([new(0x01, 0, 0, right), new(0x00, 0, 0, left), new((ushort)(code | 8), 0, 0, 0), new(0x16, 0, 0, 0)]);
            Assert.Equal(expected, index.Run(default));
        }
    }

    [Theory]
    [InlineData(0x3c)] // div X
    [InlineData(0x9c)] // mod X
    public void Run_DivisionByZero_Rejects(int code) =>
        Assert.Equal(0u, new BpfProgram([new(0x00, 0, 0, 5), new((ushort)code, 0, 0, 0), s_accept]).Run(default));

    [Fact]
    public void Run_ShiftByMoreThanAWord_GivesZero() =>
        Assert.Equal(0u, new BpfProgram([new(0x01, 0, 0, 40), new(0x00, 0, 0, 5), new(0x6c, 0, 0, 0), new(0x16, 0, 0, 0)]).Run(default));

    [Theory]
    [InlineData(0x20, 0u, 0x01020304u)]
    [InlineData(0x28, 1u, 0x0203u)]
    [InlineData(0x30, 3u, 4u)]
    public void Run_Loads_AreBigEndian(int code, uint offset, uint expected) =>
        Assert.Equal(expected, new BpfProgram([new((ushort)code, 0, 0, offset), new(0x16, 0, 0, 0)]).Run(new BpfPacket([1, 2, 3, 4], 4)));

    [Theory]
    [InlineData(0x20, 1u)]
    [InlineData(0x28, 3u)]
    [InlineData(0x30, 4u)]
    [InlineData(0x30, 0x7fffffffu)]
    [InlineData(0x20, 0xffffefffu)]
    public void Run_LoadBeyondTheEnd_Rejects(int code, uint offset) =>
        Assert.Equal(0u, new BpfProgram([new((ushort)code, 0, 0, offset), s_accept]).Run(new BpfPacket([1, 2, 3, 4], 4)));

    [Fact]
    public void Run_IndirectLoadThatWouldWrap_Rejects() =>
        Assert.Equal(0u, new BpfProgram([new(0x01, 0, 0, uint.MaxValue), new(0x50, 0, 0, 2), s_accept]).Run(new BpfPacket([1, 2, 3, 4], 4)));

    [Fact]
    public void Run_HeaderLength_IsInBytes() =>
        Assert.Equal(20u, new BpfProgram([new(0xb1, 0, 0, 0), new(0x87, 0, 0, 0), new(0x16, 0, 0, 0)]).Run(new BpfPacket([0x45], 1)));

    [Fact]
    public void Run_MemoryAndLength_Work() => Assert.Equal(
        1514u,
        new BpfProgram([new(0x80, 0, 0, 0), new(0x02, 0, 0, 15), new(0x00, 0, 0, 0), new(0x61, 0, 0, 15), new(0x87, 0, 0, 0), new(0x16, 0, 0, 0)])
            .Run(new BpfPacket([1], 1514)));

    [Fact]
    public void Run_UnknownAncillaryLoad_Rejects() =>
        Assert.Equal(0u, new BpfProgram([new(0x20, 0, 0, 0xfffff000 + 4), s_accept]).Run(new BpfPacket([1, 2, 3, 4], 4)));

    [Fact]
    public void WithSnapLength_Cuts_WhatIsLonger()
    {
        var program = new BpfProgram([new(0x30, 0, 0, 0), new(0x15, 0, 1, 1), new(0x06, 0, 0, 65535), new(0x06, 0, 0, 60), s_reject]);

        BpfProgram cut = program.WithSnapLength(96);

        Assert.Equal(96u, cut.Run(new BpfPacket([1], 1)));
        Assert.Equal(60u, cut.Run(new BpfPacket([2], 1)));
        Assert.Equal(65535u, program.Run(new BpfPacket([1], 1)));
        Assert.Same(cut, cut.WithSnapLength(96));
    }

    [Fact]
    public void Run_RandomPrograms_EndWithoutException()
    {
        var random = new Random(42);
        int accepted = 0;
        byte[] packet = new byte[64];
        for (int i = 0; i < 200_000; i++)
        {
            var instructions = new BpfInstruction[random.Next(1, 12)];
            for (int j = 0; j < instructions.Length; j++)
            {
                uint k = random.Next(3) switch
                {
                    0 => (uint)random.Next(20),
                    1 => (uint)random.NextInt64(uint.MaxValue),
                    _ => 0xfffff000 + (uint)random.Next(64),
                };
                instructions[j] = new BpfInstruction((ushort)random.Next(256), (byte)random.Next(4), (byte)random.Next(4), k);
            }

            instructions[^1] = s_accept;
            BpfProgram program;
            try
            {
                program = new BpfProgram(instructions);
            }
            catch (ArgumentException)
            {
                continue;
            }

            accepted++;
            random.NextBytes(packet);
            program.Run(new BpfPacket(packet.AsSpan(0, random.Next(65)), 1500));
        }

        Assert.True(accepted > 10_000, $"only {accepted} programs");
    }
}
