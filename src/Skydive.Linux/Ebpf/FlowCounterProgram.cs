using static Skydive.Linux.Ebpf.EbpfCondition;
using static Skydive.Linux.Ebpf.EbpfOperation;
using static Skydive.Linux.Ebpf.EbpfRegister;
using static Skydive.Linux.Ebpf.EbpfSize;
using static Skydive.Linux.Ebpf.FlowCounterLayout;

namespace Skydive.Linux.Ebpf;

/// <summary>
/// Assembles the program that counts flows: it finds addresses, VLANs and ports, and adds the packet to the entry of its direction of its flow.
/// Whatever cannot be read of a packet (it is short, or something else) is left zero in the key; every packet is counted somewhere.
/// </summary>
/// <remarks>
/// Two ways to read packets: in place, which classifiers may and which is fast; by copies of each header, which is what socket filters may do.
/// </remarks>
internal sealed class FlowCounterProgram
{
    // struct __sk_buff of linux/bpf.h
    private const int ContextLength = 0;
    private const int ContextVlanPresent = 20;
    private const int ContextVlanTag = 24;
    private const int ContextData = 76;
    private const int ContextDataEnd = 80;

    // What the program has on its stack, from the frame pointer down.
    private const int Key = -KeySize;
    private const int Value = Key - ValueSize;
    private const int Index = Value - 8;
    private const int Header = Index - 40;

    private const int EtherTypeIPv4 = 0x0800;
    private const int EtherTypeIPv6 = 0x86dd;
    private const int EtherTypeVlan = 0x8100;
    private const int EtherTypeProviderVlan = 0x88a8;
    private const int ProtocolHopByHop = 0;
    private const int ProtocolIcmp = 1;
    private const int ProtocolTcp = 6;
    private const int ProtocolUdp = 17;
    private const int ProtocolIcmpV6 = 58;
    private const int ProtocolSctp = 132;
    private const int MaximumTags = 3;
    private const int PulledBytes = 128;
    private const int OnlyNew = 1; // BPF_NOEXIST
    private const int AlreadyThere = -17; // -EEXIST
    private const int Fin = 0x01;
    private const int Syn = 0x02;
    private const int Rst = 0x04;
    private const int Ack = 0x10;

    private readonly EbpfAssembler _code = new();
    private readonly SafeDescriptor _flows;
    private readonly SafeDescriptor _totals;
    private readonly bool _isDirect;
    private readonly bool _isEthernet;

    // Taken when a packet ends before what is read.
    private readonly EbpfLabel _short = new();
    private readonly EbpfLabel _count = new();

    private FlowCounterProgram(SafeDescriptor flows, SafeDescriptor totals, bool isDirect, bool isEthernet)
    {
        _flows = flows;
        _totals = totals;
        _isDirect = isDirect;
        _isEthernet = isEthernet;
    }

    /// <summary>Assembles the program.</summary>
    /// <param name="flows">The map of flows.</param>
    /// <param name="totals">The array with the counters of all packets.</param>
    /// <param name="isDirect">Whether packets are read in place.</param>
    /// <param name="isEthernet">Whether packets begin with an Ethernet header, or else with that of IP.</param>
    /// <param name="result">What the program says to each packet.</param>
    public static EbpfInstruction[] Assemble(SafeDescriptor flows, SafeDescriptor totals, bool isDirect, bool isEthernet, int result)
    {
        var program = new FlowCounterProgram(flows, totals, isDirect, isEthernet);
        program.Begin();
        program.ReadLink();
        program.ReadNetwork();
        program.Count(result);
        return program._code.Build();
    }

    // R6 is the context for good, R7 where the next header is (an address, or an offset), R8 the end of the packet, R9 whether it was pulled.
    private void Begin()
    {
        _code.Move(R6, R1);
        _code.Move(R9, 0);
        for (int offset = Index; offset < 0; offset += 8)
        {
            _code.Store(U64, FramePointer, offset, 0);
        }

        if (!_isDirect)
        {
            _code.Move(R7, 0);
            return;
        }

        // What is not in the first piece of a packet is brought there, once.
        var again = new EbpfLabel();
        var parse = new EbpfLabel();
        _code.Jump(again);
        _code.Place(_short);
        _code.JumpIf(R9, NotEqual, 0, _count);
        _code.Move(R9, 1);
        _code.Move(R1, R6);
        _code.Load(U32, R2, R6, ContextLength);
        _code.JumpIf(R2, LessOrEqual, PulledBytes, parse);
        _code.Move(R2, PulledBytes);
        _code.Place(parse);
        _code.Call(EbpfHelper.PullData);
        _code.Place(again);
        _code.Load(U32, R7, R6, ContextData);
        _code.Load(U32, R8, R6, ContextDataEnd);
    }

    private void ReadLink()
    {
        // The tag that the kernel keeps beside the packet is the outermost. All of this is done anew after the packet was pulled.
        var noTag = new EbpfLabel();
        _code.Store(U64, FramePointer, Key + Vlans, 0);
        _code.Store(U16, FramePointer, Key + VlanBits, 0);
        _code.Load(U32, R1, R6, ContextVlanPresent);
        _code.JumpIf(R1, Equal, 0, noTag);
        _code.Load(U32, R1, R6, ContextVlanTag);
        AddTag();
        _code.Place(noTag);
        if (!_isEthernet)
        {
            ReadVersion();
            return;
        }

        Need(14);
        _code.Load(U64, R1, Base, At(0));
        _code.Store(U64, FramePointer, Key, R1);
        _code.Load(U32, R1, Base, At(8));
        _code.Store(U32, FramePointer, Key + 8, R1);
        _code.Load(U16, R1, Base, At(12));
        _code.FromNetworkHalf(R1);
        _code.Store(U16, FramePointer, Key + EtherType, R1);
        _code.Compute(Add, R7, 14);
        var untagged = new EbpfLabel();
        for (int i = 0; i < MaximumTags; i++)
        {
            var tagged = new EbpfLabel();
            _code.Load(U16, R1, FramePointer, Key + EtherType);
            _code.JumpIf(R1, Equal, EtherTypeVlan, tagged);
            _code.JumpIf(R1, NotEqual, EtherTypeProviderVlan, untagged);
            _code.Place(tagged);
            Need(4);
            _code.Load(U16, R1, Base, At(2));
            _code.FromNetworkHalf(R1);
            _code.Store(U16, FramePointer, Key + EtherType, R1);
            _code.Load(U16, R1, Base, At(0));
            _code.FromNetworkHalf(R1);
            AddTag();
            _code.Compute(Add, R7, 4);
        }

        _code.Place(untagged);
    }

    /// <summary>Without an Ethernet header the version of IP tells what it is.</summary>
    private void ReadVersion()
    {
        var other = new EbpfLabel();
        var known = new EbpfLabel();
        Need(1);
        _code.Load(U8, R1, Base, At(0));
        _code.Compute(ShiftRight, R1, 4);
        _code.Move(R2, EtherTypeIPv4);
        _code.JumpIf(R1, Equal, 4, known);
        _code.Move(R2, EtherTypeIPv6);
        _code.JumpIf(R1, NotEqual, 6, other);
        _code.Place(known);
        _code.Store(U16, FramePointer, Key + EtherType, R2);
        _code.Place(other);
    }

    /// <summary>Puts the tag in R1 behind those that are there: 12 bits each.</summary>
    private void AddTag()
    {
        _code.Compute(And, R1, 0xfff);
        _code.Load(U16, R2, FramePointer, Key + VlanBits);
        _code.Compute(ShiftLeft, R1, R2);
        _code.Load(U64, R3, FramePointer, Key + Vlans);
        _code.Compute(Or, R3, R1);
        _code.Store(U64, FramePointer, Key + Vlans, R3);
        _code.Compute(Add, R2, 12);
        _code.Store(U16, FramePointer, Key + VlanBits, R2);
    }

    private void ReadNetwork()
    {
        var version6 = new EbpfLabel();
        var transport = new EbpfLabel();
        _code.Load(U16, R1, FramePointer, Key + EtherType);
        _code.JumpIf(R1, Equal, EtherTypeIPv6, version6);
        _code.JumpIf(R1, NotEqual, EtherTypeIPv4, _count);
        ReadIPv4(transport);
        _code.Place(version6);
        ReadIPv6();
        _code.Place(transport);
        ReadTransport();
        if (!_isDirect)
        {
            // Where a packet ends, what is known of it counts.
            _code.Place(_short);
        }

        _code.Place(_count);
    }

    private void ReadIPv4(EbpfLabel transport)
    {
        var whole = new EbpfLabel();
        Need(20);
        _code.Load(U32, R1, Base, At(12));
        _code.Store(U32, FramePointer, Key + SourceAddress, R1);
        _code.Load(U32, R1, Base, At(16));
        _code.Store(U32, FramePointer, Key + DestinationAddress, R1);
        _code.Load(U8, R1, Base, At(9));
        _code.Store(U8, FramePointer, Key + Protocol, R1);
        _code.Load(U8, R1, Base, At(8));
        _code.Store(U8, FramePointer, Value + TimeToLive, R1);
        _code.Load(U16, R1, Base, At(6));
        _code.FromNetworkHalf(R1);

        // More fragments follow, or some came before.
        _code.Compute(And, R1, 0x3fff);
        _code.JumpIf(R1, Equal, 0, whole);
        _code.Store(U8, FramePointer, Key + Flags, IsFragment);
        _code.Jump(_count);
        _code.Place(whole);
        _code.Load(U8, R1, Base, At(0));
        _code.Compute(And, R1, 0x0f);
        _code.Compute(ShiftLeft, R1, 2);
        _code.JumpIf(R1, Less, 20, _count);
        _code.Compute(Add, R7, R1);
        _code.Jump(transport);
    }

    private void ReadIPv6()
    {
        var noOptions = new EbpfLabel();
        Need(40);
        for (int offset = 0; offset < 32; offset += 8)
        {
            _code.Load(U64, R1, Base, At(8 + offset));
            _code.Store(U64, FramePointer, Key + SourceAddress + offset, R1);
        }

        _code.Load(U8, R2, Base, At(7));
        _code.Store(U8, FramePointer, Value + TimeToLive, R2);
        _code.Load(U8, R1, Base, At(6));
        _code.Store(U8, FramePointer, Key + Protocol, R1);
        _code.Compute(Add, R7, 40);
        _code.JumpIf(R1, NotEqual, ProtocolHopByHop, noOptions);
        Need(8);
        _code.Load(U8, R1, Base, At(0));
        _code.Store(U8, FramePointer, Key + Protocol, R1);
        _code.Store(U8, FramePointer, Key + HasHopByHop, 1);
        _code.Load(U8, R1, Base, At(1));
        _code.Compute(Add, R1, 1);
        _code.Compute(ShiftLeft, R1, 3);
        _code.Compute(Add, R7, R1);
        _code.Place(noOptions);
    }

    private void ReadTransport()
    {
        var ports = new EbpfLabel();
        var icmp = new EbpfLabel();
        _code.Load(U8, R1, FramePointer, Key + Protocol);
        _code.JumpIf(R1, Equal, ProtocolTcp, ports);
        _code.JumpIf(R1, Equal, ProtocolUdp, ports);
        _code.JumpIf(R1, Equal, ProtocolSctp, ports);
        _code.JumpIf(R1, Equal, ProtocolIcmp, icmp);
        _code.JumpIf(R1, Equal, ProtocolIcmpV6, icmp);
        _code.Jump(_count);
        _code.Place(icmp);
        Need(8);
        _code.Load(U16, R1, Base, At(0));
        _code.Store(U16, FramePointer, Key + IcmpType, R1);
        _code.Load(U16, R1, Base, At(4));
        _code.Store(U16, FramePointer, Key + IcmpIdentifier, R1);
        _code.Load(U16, R1, Base, At(6));
        _code.Store(U16, FramePointer, Value + IcmpSequence, R1);
        _code.Store(U8, FramePointer, Key + Flags, HasTransport);
        _code.Jump(_count);
        _code.Place(ports);
        Need(4);
        _code.Load(U32, R1, Base, At(0));
        _code.Store(U32, FramePointer, Key + Ports, R1);
        _code.Store(U8, FramePointer, Key + Flags, HasTransport);
        _code.Load(U8, R1, FramePointer, Key + Protocol);
        _code.JumpIf(R1, NotEqual, ProtocolTcp, _count);
        Need(14);

        // Of an acknowledgement it only matters whether it is one of a SYN.
        var syn = new EbpfLabel();
        _code.Load(U8, R1, Base, At(13));
        _code.JumpIf(R1, AnyBit, Syn, syn);
        _code.Compute(And, R1, Fin | Rst);
        _code.Place(syn);
        _code.Compute(And, R1, Fin | Syn | Rst | Ack);
        _code.Store(U8, FramePointer, Value + TcpFlags, R1);
    }

    /// <summary>Makes sure that so many bytes of the packet can be read from where it is read now.</summary>
    private void Need(int length)
    {
        if (_isDirect)
        {
            _code.Move(R2, R7);
            _code.Compute(Add, R2, length);
            _code.JumpIf(R2, Greater, R8, _short);
            return;
        }

        _code.Move(R1, R6);
        _code.Move(R2, R7);
        _code.Move(R3, FramePointer);
        _code.Compute(Add, R3, Header);
        _code.Move(R4, length);
        _code.Call(EbpfHelper.LoadBytes);
        _code.JumpIf(R0, SignedLess, 0, _short);
    }

    private EbpfRegister Base => _isDirect ? R7 : FramePointer;

    private int At(int offset) => _isDirect ? offset : Header + offset;

    // From here on R7 is the time, R8 the length of the packet.
    private void Count(int result)
    {
        var untagged = new EbpfLabel();
        var noTotals = new EbpfLabel();
        var found = new EbpfLabel();
        var end = new EbpfLabel();
        var special = new EbpfLabel();
        var refused = new EbpfLabel();
        _code.Load(U32, R8, R6, ContextLength);
        _code.Load(U32, R1, R6, ContextVlanPresent);
        _code.JumpIf(R1, Equal, 0, untagged);
        _code.Compute(Add, R8, 4);
        _code.Place(untagged);
        Lookup(_totals, Index);
        _code.JumpIf(R0, Equal, 0, noTotals);
        Increase(TotalPackets, null);
        Increase(TotalBytes, R8);
        _code.Place(noTotals);
        _code.Call(EbpfHelper.TimeNanoseconds);
        _code.Move(R7, R0);
        Lookup(_flows, Key);
        _code.JumpIf(R0, NotEqual, 0, found);

        _code.Store(U64, FramePointer, Value + FlowCounterLayout.Packets, 1);
        _code.Store(U64, FramePointer, Value + Bytes, R8);
        _code.Store(U64, FramePointer, Value + First, R7);
        _code.Store(U64, FramePointer, Value + Last, R7);
        NoteFirstFlags();
        LoadMapAndKey(_flows, Key);
        _code.Move(R3, FramePointer);
        _code.Compute(Add, R3, Value);
        _code.Move(R4, OnlyNew);
        _code.Call(EbpfHelper.MapUpdate);
        _code.JumpIf(R0, Equal, 0, end);
        _code.JumpIf(R0, NotEqual, AlreadyThere, refused);

        // Another processor was first.
        Lookup(_flows, Key);
        _code.JumpIf(R0, Equal, 0, refused);
        _code.Place(found);
        _code.Move(R1, 1);
        _code.AddAtomically(R0, FlowCounterLayout.Packets, R1);
        _code.AddAtomically(R0, Bytes, R8);
        _code.Store(U64, R0, Last, R7);
        _code.Load(U8, R1, FramePointer, Value + TcpFlags);
        _code.JumpIf(R1, AnyBit, Fin | Syn | Rst, special);
        _code.Jump(end);

        _code.Place(special);
        _code.Load(U8, R2, R0, TcpFlags);
        _code.Compute(Or, R2, R1);
        _code.Store(U8, R0, TcpFlags, R2);
        NoteTime(Syn, FlowCounterLayout.Syn);
        NoteTime(Fin, FlowCounterLayout.Fin);
        NoteTime(Rst, FlowCounterLayout.Rst);
        _code.Jump(end);

        _code.Place(refused);
        Lookup(_totals, Index);
        _code.JumpIf(R0, Equal, 0, end);
        Increase(TotalRefused, null);
        _code.Place(end);
        _code.Move(R0, result);
        _code.Exit();
    }

    /// <summary>Writes the time of the first packet where its flags belong; an acknowledged SYN is told from one that is not.</summary>
    private void NoteFirstFlags()
    {
        foreach (var (flag, offset) in new[] { (Syn, FlowCounterLayout.Syn), (Fin, FlowCounterLayout.Fin), (Rst, FlowCounterLayout.Rst) })
        {
            var next = new EbpfLabel();
            var set = new EbpfLabel();
            _code.Load(U8, R1, FramePointer, Value + TcpFlags);
            _code.JumpIf(R1, AnyBit, flag, set);
            _code.Jump(next);
            _code.Place(set);
            _code.Store(U64, FramePointer, Value + offset, R7);
            _code.Place(next);
        }
    }

    /// <summary>Writes the time into the entry at R0 when the flags in R1 have a flag and there is no time yet.</summary>
    private void NoteTime(int flag, int offset)
    {
        var next = new EbpfLabel();
        var set = new EbpfLabel();
        _code.JumpIf(R1, AnyBit, flag, set);
        _code.Jump(next);
        _code.Place(set);
        _code.Load(U64, R2, R0, offset);
        _code.JumpIf(R2, NotEqual, 0, next);
        _code.Store(U64, R0, offset, R7);
        _code.Place(next);
    }

    /// <summary>Adds to a counter of this processor at R0: one, or a register.</summary>
    private void Increase(int offset, EbpfRegister? amount)
    {
        _code.Load(U64, R1, R0, offset);
        if (amount is { } register)
        {
            _code.Compute(Add, R1, register);
        }
        else
        {
            _code.Compute(Add, R1, 1);
        }

        _code.Store(U64, R0, offset, R1);
    }

    private void Lookup(SafeDescriptor map, int key)
    {
        LoadMapAndKey(map, key);
        _code.Call(EbpfHelper.MapLookup);
    }

    private void LoadMapAndKey(SafeDescriptor map, int key)
    {
        _code.LoadMap(R1, map);
        _code.Move(R2, FramePointer);
        _code.Compute(Add, R2, key);
    }
}
