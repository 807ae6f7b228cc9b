using System.Runtime.InteropServices;
using System.Text;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Ebpf;

/// <summary>The system call <c>bpf(2)</c>. Source: <c>union bpf_attr</c> of <c>linux/bpf.h</c>.</summary>
internal static unsafe class EbpfSystem
{
    private const int MapCreate = 0; // BPF_MAP_CREATE
    private const int MapLookup = 1; // BPF_MAP_LOOKUP_ELEM
    private const int ProgramLoad = 5; // BPF_PROG_LOAD
    private const int ObjectInfo = 15; // BPF_OBJ_GET_INFO_BY_FD
    private const int MapLookupAndDeleteBatch = 25; // BPF_MAP_LOOKUP_AND_DELETE_BATCH
    private const int LinkCreate = 28; // BPF_LINK_CREATE

    private const int AttributeSize = 144;
    private const int LogSize = 1 << 20;
    private const int NameSize = 15;
    private const uint Before = 1 << 3; // BPF_F_BEFORE
    private const int LinkInfoSize = 64;
    private const int LinkInfoInterface = 16;

    private static nint SystemCall => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 280,
        Architecture.Arm => 386,
        Architecture.S390x => 351,
        Architecture.Ppc64le => 361,
        _ => throw new LinuxException("bpf", Errno.None, LinuxErrorReason.NotSupported, $"its number on {RuntimeInformation.ProcessArchitecture} is not known"),
    };

    internal static SafeDescriptor CreateMap(EbpfMapType type, int keySize, int valueSize, int maximumEntries, uint flags, string name)
    {
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        *(uint*)attribute = (uint)type;
        *(uint*)(attribute + 4) = (uint)keySize;
        *(uint*)(attribute + 8) = (uint)valueSize;
        *(uint*)(attribute + 12) = (uint)maximumEntries;
        *(uint*)(attribute + 16) = flags;
        WriteName(attribute + 28, name);
        return Open(MapCreate, attribute, $"create BPF map {name}");
    }

    /// <summary>Loads a program; asks the verifier what is wrong only when something is.</summary>
    internal static SafeDescriptor LoadProgram(EbpfProgramType type, uint attachType, ReadOnlySpan<EbpfInstruction> instructions, string name)
    {
        ReadOnlySpan<byte> license = "Apache-2.0\0"u8;
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        fixed (EbpfInstruction* program = instructions)
        fixed (byte* licenseBytes = license)
        {
            *(uint*)attribute = (uint)type;
            *(uint*)(attribute + 4) = (uint)instructions.Length;
            *(ulong*)(attribute + 8) = (ulong)program;
            *(ulong*)(attribute + 16) = (ulong)licenseBytes;
            WriteName(attribute + 48, name);
            *(uint*)(attribute + 68) = attachType;
            var loaded = TryOpen(ProgramLoad, attribute, out var errno);
            if (loaded is not null)
            {
                return loaded;
            }

            byte[] log = new byte[LogSize];
            fixed (byte* logBytes = log)
            {
                *(uint*)(attribute + 24) = 1;
                *(uint*)(attribute + 28) = LogSize;
                *(ulong*)(attribute + 32) = (ulong)logBytes;
                loaded = TryOpen(ProgramLoad, attribute, out var second);
                if (loaded is not null)
                {
                    return loaded;
                }

                // A log that does not fit is an error of its own; the first is the one that counts.
                errno = second == Errno.NoSpace ? errno : second;
            }

            int length = Array.IndexOf(log, (byte)0);
            throw new EbpfException($"load BPF program {name}", errno, Encoding.UTF8.GetString(log, 0, length < 0 ? log.Length : length));
        }
    }

    /// <summary>Attaches a program to an interface of the namespace of the calling thread, before others there.</summary>
    internal static SafeDescriptor AttachToInterface(SafeDescriptor program, int interfaceIndex, uint attachType)
    {
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        using var hold = new DescriptorHold(program);
        *(uint*)attribute = hold.Number;
        *(uint*)(attribute + 4) = (uint)interfaceIndex;
        *(uint*)(attribute + 8) = attachType;
        *(uint*)(attribute + 12) = Before;
        return Open(LinkCreate, attribute, $"attach BPF program to interface {interfaceIndex}");
    }

    /// <summary>The interface that a link is at; 0 when it is gone.</summary>
    internal static int GetInterface(SafeDescriptor link)
    {
        byte* info = stackalloc byte[LinkInfoSize];
        new Span<byte>(info, LinkInfoSize).Clear();
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        using var hold = new DescriptorHold(link);
        *(uint*)attribute = hold.Number;
        *(uint*)(attribute + 4) = LinkInfoSize;
        *(ulong*)(attribute + 8) = (ulong)info;
        return Call(ObjectInfo, attribute) < 0 ? throw LinuxException.FromLastError("read state of BPF link") : *(int*)(info + LinkInfoInterface);
    }

    /// <summary>Reads an element of an array.</summary>
    internal static void Lookup(SafeDescriptor map, int index, Span<byte> value)
    {
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        using var hold = new DescriptorHold(map);
        fixed (byte* bytes = value)
        {
            *(uint*)attribute = hold.Number;
            *(ulong*)(attribute + 8) = (ulong)&index;
            *(ulong*)(attribute + 16) = (ulong)bytes;
            if (Call(MapLookup, attribute) < 0)
            {
                throw LinuxException.FromLastError("read BPF map");
            }
        }
    }

    /// <summary>Takes elements out of a hash map.</summary>
    /// <param name="map">The map.</param>
    /// <param name="isFirst">Whether to begin anew, or else where the last call ended.</param>
    /// <param name="position">Where the call ended; of 4 bytes.</param>
    /// <param name="keys">Room for the keys.</param>
    /// <param name="values">Room for as many values.</param>
    /// <param name="count">How many there is room for; how many were taken.</param>
    /// <returns>None, <see cref="Errno.NoEntry"/> when these were the last, <see cref="Errno.NoSpace"/> when there is too little room.</returns>
    internal static Errno TakeBatch(SafeDescriptor map, bool isFirst, ref uint position, Span<byte> keys, Span<byte> values, ref uint count)
    {
        byte* attribute = stackalloc byte[AttributeSize];
        Clear(attribute);
        using var hold = new DescriptorHold(map);
        uint from = position;
        uint to = 0;
        fixed (byte* keyBytes = keys)
        fixed (byte* valueBytes = values)
        {
            *(ulong*)attribute = isFirst ? 0 : (ulong)&from;
            *(ulong*)(attribute + 8) = (ulong)&to;
            *(ulong*)(attribute + 16) = (ulong)keyBytes;
            *(ulong*)(attribute + 24) = (ulong)valueBytes;
            *(uint*)(attribute + 32) = count;
            *(uint*)(attribute + 36) = hold.Number;
            long result = Call(MapLookupAndDeleteBatch, attribute);
            var errno = result < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
            count = errno is Errno.None or Errno.NoEntry ? *(uint*)(attribute + 32) : 0;
            position = to;
            return errno;
        }
    }

    private static SafeDescriptor Open(int command, byte* attribute, string what) =>
        TryOpen(command, attribute, out var errno) ?? throw new LinuxException(what, errno);

    private static SafeDescriptor? TryOpen(int command, byte* attribute, out Errno errno)
    {
        long descriptor = Call(command, attribute);
        errno = descriptor < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
        return descriptor < 0 ? null : new SafeDescriptor((int)descriptor, ownsHandle: true);
    }

    private static long Call(int command, byte* attribute) => Libc.SystemCall(SystemCall, command, (nint)attribute, AttributeSize);

    private static void Clear(byte* attribute) => new Span<byte>(attribute, AttributeSize).Clear();

    private static void WriteName(byte* target, string name) => Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, NameSize)), new Span<byte>(target, NameSize));
}
