using System.Buffers.Binary;
using Skydive.Linux.Bpf;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Packets;

/// <summary>What rings and senders have in common: packet sockets bound to an interface. Source: <c>packet(7)</c>.</summary>
internal static unsafe class PacketSockets
{
    internal const int LevelPacket = 263; // SOL_PACKET
    internal const int AddressSize = 20; // sizeof(struct sockaddr_ll)
    internal const ushort ProtocolAll = 0x0003; // ETH_P_ALL

    /// <summary>Makes a packet socket that receives nothing until it is bound.</summary>
    internal static SafeDescriptor Open(NetworkNamespace? networkNamespace)
    {
        const int Type = Constants.SocketRaw | Constants.SocketNonBlocking | Constants.SocketCloseOnExec;
        return networkNamespace is null
            ? NetworkNamespace.OpenSocket(Constants.AddressFamilyPacket, Type, 0)
            : networkNamespace.CreateSocket(Constants.AddressFamilyPacket, Type, 0);
    }

    /// <summary>The index of an interface in the namespace of a socket, whatever namespace the thread is in.</summary>
    internal static int FindInterface(SafeDescriptor socket, string? name, int index)
    {
        if (name is null)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(index);
            return index;
        }

        byte* request = stackalloc byte[InterfaceRequest.Size];
        InterfaceRequest.Write(request, name);
        return Libc.IoControl(socket, Constants.IoctlInterfaceIndex, request) == 0
            ? *(int*)(request + Constants.InterfaceNameSize)
            : throw LinuxException.FromLastError($"find interface {name}");
    }

    internal static void Bind(SafeDescriptor socket, int index, ushort protocol, string what)
    {
        byte* address = stackalloc byte[AddressSize];
        WriteAddress(address, index, protocol);
        if (Libc.Bind(socket, address, AddressSize) != 0)
        {
            throw LinuxException.FromLastError($"bind packet socket to {what}");
        }
    }

    internal static void WriteAddress(byte* address, int index, ushort protocol)
    {
        new Span<byte>(address, AddressSize).Clear();
        *(ushort*)address = Constants.AddressFamilyPacket;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + 2, 2), protocol);
        *(int*)(address + 4) = index;
    }

    /// <summary>The interface that a socket is bound to; below 1 when it is gone.</summary>
    internal static int GetBoundInterface(SafeDescriptor socket, out ushort hardwareType)
    {
        byte* address = stackalloc byte[AddressSize];
        new Span<byte>(address, AddressSize).Clear();
        uint length = AddressSize;
        if (Libc.GetSocketName(socket, address, &length) != 0)
        {
            throw LinuxException.FromLastError("getsockname of packet socket");
        }

        hardwareType = *(ushort*)(address + 8);
        return *(int*)(address + 4);
    }

    internal static void Set<T>(SafeDescriptor socket, int level, int name, T value, string what)
        where T : unmanaged
    {
        if (Libc.SetSocketOption(socket, level, name, &value, (uint)sizeof(T)) != 0)
        {
            throw LinuxException.FromLastError($"setsockopt {what}");
        }
    }

    internal static void AttachFilter(SafeDescriptor socket, BpfProgram program)
    {
        fixed (BpfInstruction* instructions = program.Instructions)
        {
            var filter = new FilterProgram { Length = checked((ushort)program.Instructions.Length), Instructions = instructions };
            Set(socket, Constants.LevelSocket, Constants.OptionAttachFilter, filter, "SO_ATTACH_FILTER");
        }
    }

    /// <summary>Fetches and clears the error of a socket.</summary>
    internal static Errno TakeError(SafeDescriptor socket)
    {
        int error = 0;
        uint length = sizeof(int);
        return Libc.GetSocketOption(socket, Constants.LevelSocket, Constants.OptionError, &error, &length) == 0
            ? (Errno)error
            : throw LinuxException.FromLastError("getsockopt SO_ERROR");
    }
}
