using Skydive.Linux.Bpf;

namespace Skydive.Linux.Tests.Bpf;

public sealed class VlanOffloadTests
{
    public VlanOffloadTests() => Tools.RequirePcap();

    public static TheoryData<string> Expressions =>
    [
        "vlan",
        "vlan 7",
        "not vlan",
        "vlan and icmp",
        "vlan 7 and icmp",
        "vlan 8 and icmp",
        "vlan 7 and udp port 53",
        "vlan and vlan 9",
        "vlan and vlan and icmp",
        "icmp or (vlan and icmp)",
        "udp port 53 or (vlan and udp port 53)",
        "tcp port 80 or (vlan 7 and (udp dst port 53 or icmp))",
        "vlan and ip[8] = 64",
        "vlan and udp[2:2] = 53",
        "vlan and (ip6 or ip)",
        "ether proto 0x8100",
        "ether[12:2] = 0x8100 and ether[14:2] & 0xfff = 7",
        "ether[12:2] = 0x8100 and ether[15] = 7 and ether[14] = 0x60",
        "ether[12:2] = 0x88a8",
        "vlan and len > 40",
        "vlan and greater 46",
        "vlan and src host 10.0.0.1 and dst net 10.0.0.0/24",
        "ether host 02:00:00:00:00:01 and vlan and host 10.0.0.2",
    ];

    [Theory]
    [MemberData(nameof(Expressions))]
    public void ForVlanOffload_TagTakenOut_AnswersAsWithTheTagInPlace(string expression)
    {
        BpfProgram program = BpfCompiler.Compile(expression);
        BpfProgram kernelProgram = program.ForVlanOffload();

        Assert.NotSame(program, kernelProgram);
        foreach (byte[] packet in Packets())
        {
            Assert.Equal(program.Matches(packet), kernelProgram.Run(AsKernelSees(packet)) != 0);
        }
    }

    [Theory]
    [InlineData("icmp")]
    [InlineData("tcp port 33024")]
    [InlineData("udp port 53 and host 10.0.0.2")]
    [InlineData("")]
    public void ForVlanOffload_NoVlanInTheExpression_IsLeftAlone(string expression)
    {
        BpfProgram program = BpfCompiler.Compile(expression);

        Assert.Same(program, program.ForVlanOffload());
    }

    [Fact]
    public void ForVlanOffload_ComputedOffsetBeforeTheTagsEnd_IsRefused()
    {
        BpfProgram program = BpfCompiler.Compile("vlan and ether[ip[0] & 0xf] = 5");

        Assert.Throws<NotSupportedException>(() => program.ForVlanOffload());
    }

    [Fact]
    public void ForVlanOffload_LongProgram_JumpsReachTheirTargets()
    {
        // More than 255 instructions between test and verdict.
        string hosts = string.Join(" or ", Enumerable.Range(0, 150).Select(number => $"host 10.1.{number / 256}.{number % 256}"));
        BpfProgram program = BpfCompiler.Compile($"vlan and ({hosts} or host 10.0.0.2 or udp port 53)");
        BpfProgram kernelProgram = program.ForVlanOffload();

        Assert.True(program.Instructions.Length > 300);
        foreach (byte[] packet in Packets())
        {
            Assert.Equal(program.Matches(packet), kernelProgram.Run(AsKernelSees(packet)) != 0);
        }
    }

    [Fact]
    public void ForVlanOffload_ConditionalJumpsMadeTooLong_BecomeLongJumps()
    {
        // Two hundred loads of one byte of the tag, each of which becomes two instructions, under one jump that just reaches over them.
        var instructions = new List<BpfInstruction>
        {
            new(0x28, 0, 0, 12),
            new(0x15, 0, 200, 0x8100),
        };
        instructions.AddRange(Enumerable.Repeat(new BpfInstruction(0x30, 0, 0, 15), 199));
        instructions.Add(new BpfInstruction(0x16, 0, 0, 0));
        instructions.Add(new BpfInstruction(0x06, 0, 0, 1000));
        var program = new BpfProgram(instructions.ToArray());

        BpfProgram kernelProgram = program.ForVlanOffload();

        Assert.Equal(7u, kernelProgram.Run(AsKernelSees(Frames.Tagged(0x6007, 0x800, Frames.Icmp()))));
        Assert.Equal(1000u, kernelProgram.Run(AsKernelSees(Frames.Tagged(0x6007, 0x800, Frames.Icmp(), 0x88a8))));
        Assert.Equal(1000u, kernelProgram.Run(AsKernelSees(Frames.Ethernet(0x800, Frames.Icmp()))));
    }

    [Fact]
    public void ForVlanOffload_RewrittenTooLongForTheKernel_IsRefused()
    {
        var instructions = new List<BpfInstruction> { new(0x28, 0, 0, 12), new(0x15, 0, 0, 0x8100) };
        instructions.AddRange(Enumerable.Repeat(new BpfInstruction(0x30, 0, 0, 0), 2100));
        instructions.Add(new BpfInstruction(0x06, 0, 0, 1));

        Assert.Throws<NotSupportedException>(() => new BpfProgram(instructions.ToArray()).ForVlanOffload());
    }

    [Fact]
    public void ForVlanOffload_RandomPrograms_AnswerAlike()
    {
        // Straight from the definition: run on the whole packet, and rewritten on the packet without its tag.
        var random = new Random(99);
        byte[][] packets = Packets();
        int compared = 0;
        for (int i = 0; i < 60_000; i++)
        {
            var instructions = new List<BpfInstruction> { new(0x28, 0, 0, 12), new(0x15, (byte)random.Next(3), (byte)random.Next(3), 0x8100) };
            int length = random.Next(4, 10);
            for (int j = 0; j < length; j++)
            {
                instructions.Add(random.Next(6) switch
                {
                    0 => new BpfInstruction(0x28, 0, 0, 12),
                    1 => new BpfInstruction((ushort)(0x20 | (random.Next(3) << 3)), 0, 0, (uint)random.Next(24)),
                    2 => new BpfInstruction(0x15, (byte)random.Next(3), (byte)random.Next(3), random.Next(2) == 0 ? 0x800u : 0x8100u),
                    3 => new BpfInstruction(0x54, 0, 0, 0xff),
                    4 => new BpfInstruction(0x50, 0, 0, (uint)random.Next(14, 20)),
                    _ => new BpfInstruction(0x35, (byte)random.Next(3), (byte)random.Next(3), 8),
                });
            }

            instructions.AddRange([new(0x16, 0, 0, 0), new(0x06, 0, 0, 7), new(0x06, 0, 0, 0)]);
            var program = new BpfProgram(instructions.ToArray());
            BpfProgram rewritten;
            try
            {
                rewritten = program.ForVlanOffload();
            }
            catch (NotSupportedException)
            {
                continue;
            }

            if (ReferenceEquals(rewritten, program))
            {
                continue;
            }

            compared++;
            foreach (byte[] packet in packets)
            {
                Assert.Equal(program.Run(new BpfPacket(packet, packet.Length)), rewritten.Run(AsKernelSees(packet)));
            }
        }

        Assert.True(compared > 1_000, $"only {compared} compared");
    }

    private static byte[][] Packets()
    {
        byte[] tagInTag = [0, 9, 8, 0, .. Frames.Icmp()];
        return
        [
            Frames.Ethernet(0x800, Frames.Icmp()),
            Frames.Ethernet(0x800, Frames.Udp(1, 53)),
            Frames.Ethernet(0x806, new byte[28]),
            Frames.Tagged(7, 0x800, Frames.Icmp()),
            Frames.Tagged(0x6007, 0x800, Frames.Udp(1, 53)),
            Frames.Tagged(8, 0x800, Frames.Icmp()),
            Frames.Tagged(7, 0x800, Frames.Udp(99, 100), 0x88a8),
            Frames.Tagged(7, 0x8100, tagInTag, 0x88a8),
            Frames.Tagged(0x2005, 0x8100, tagInTag),
            Frames.Tagged(7, 0x86dd, new byte[40]),
        ];
    }

    /// <summary>Takes the outermost tag out, as the kernel does.</summary>
    private static BpfPacket AsKernelSees(byte[] packet)
    {
        ushort protocol = (ushort)((packet[12] << 8) | packet[13]);
        if (protocol is not (0x8100 or 0x88a8))
        {
            return new BpfPacket(packet, packet.Length);
        }

        byte[] stripped = [.. packet[..12], .. packet[16..]];
        return new BpfPacket(stripped, stripped.Length)
        {
            HasVlan = true,
            VlanTci = (ushort)((packet[14] << 8) | packet[15]),
            VlanTpid = protocol,
        };
    }
}
