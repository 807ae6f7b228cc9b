using System.Runtime.InteropServices;
using Skydive.Linux.Bpf;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Packets;

/// <summary>
/// Sends network layer packets out of any interface of one namespace and receives packets on all of them, both with the kernel's own times: what
/// goes out when it is handed to the queue of the interface, what comes in when the kernel takes it. The kernel adds and takes off link layer
/// headers. Needs CAP_NET_RAW, and CAP_SYS_ADMIN to open in another namespace. Sources: <c>packet(7)</c>,
/// <c>Documentation/networking/timestamping.rst</c>.
/// </summary>
/// <remarks>One thread sends and one receives at a time; they may be different ones.</remarks>
public sealed unsafe class TimedPacketSocket : IDisposable
{
    private const int OptionTimestamping = 37; // SO_TIMESTAMPING, and SCM_TIMESTAMPING, with times of two longs
    private const uint ReceiveSoftware = 1 << 3; // SOF_TIMESTAMPING_RX_SOFTWARE
    private const uint Software = 1 << 4; // SOF_TIMESTAMPING_SOFTWARE
    private const uint SendSchedule = 1 << 8; // SOF_TIMESTAMPING_TX_SCHED: for any driver
    private const int ErrorQueue = 0x2000; // MSG_ERRQUEUE
    private const int ControlSize = 256;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly ushort _protocol;

    private TimedPacketSocket(SafeDescriptor socket, ushort protocol)
    {
        Descriptor = socket;
        _protocol = protocol;
    }

    /// <summary>The socket, for a <see cref="Polling.DescriptorPoller"/>.</summary>
    public SafeDescriptor Descriptor { get; }

    /// <summary>Opens a socket.</summary>
    /// <param name="protocol">The EtherType of what is sent and received, such as 0x0800.</param>
    /// <param name="filter">The packets that are wanted, and how much of them; offsets count from the network layer header.</param>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread.</param>
    /// <returns>The socket; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The process lacks a capability.</exception>
    public static TimedPacketSocket Open(ushort protocol, BpfProgram filter, NetworkNamespace? networkNamespace = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        const int Type = Constants.SocketDatagram | Constants.SocketNonBlocking | Constants.SocketCloseOnExec;
        SafeDescriptor socket = networkNamespace is null
            ? NetworkNamespace.OpenSocket(Constants.AddressFamilyPacket, Type, 0)
            : networkNamespace.CreateSocket(Constants.AddressFamilyPacket, Type, 0);
        try
        {
            PacketSockets.AttachFilter(socket, filter);
            PacketSockets.Set(socket, Constants.LevelSocket, OptionTimestamping, ReceiveSoftware | Software | SendSchedule, "SO_TIMESTAMPING");
            PacketSockets.Bind(socket, 0, protocol, "all interfaces");
            return new(socket, protocol);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a packet.</summary>
    /// <param name="interfaceIndex">Out of which interface.</param>
    /// <param name="linkAddress">The link layer address that it is for; empty where there are none.</param>
    /// <param name="packet">The packet, from its network layer header on.</param>
    /// <returns>None, or why it was not sent.</returns>
    public Errno TrySend(int interfaceIndex, ReadOnlySpan<byte> linkAddress, ReadOnlySpan<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(linkAddress.Length, 8, nameof(linkAddress));
        byte* address = stackalloc byte[PacketSockets.AddressSize];
        PacketSockets.WriteAddress(address, interfaceIndex, _protocol);
        address[11] = (byte)linkAddress.Length; // sll_halen
        linkAddress.CopyTo(new Span<byte>(address + 12, 8)); // sll_addr
        fixed (byte* bytes = packet)
        {
            while (Libc.SendTo(Descriptor, bytes, (nuint)packet.Length, Constants.MessageDontWait, address, PacketSockets.AddressSize) < 0)
            {
                var errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.Interrupted)
                {
                    return errno == Errno.TryAgain ? Errno.NoBufferSpace : errno;
                }
            }
        }

        return Errno.None;
    }

    /// <summary>Takes a packet that has come in, without waiting.</summary>
    /// <param name="buffer">Where it goes, from its network layer header on; what does not fit is cut off.</param>
    /// <param name="length">How many bytes were written.</param>
    /// <param name="time">When the kernel took it, in nanoseconds since 1970-01-01 UTC; 0 when it does not say.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="LinuxException">The socket is broken.</exception>
    public bool TryReceive(Span<byte> buffer, out int length, out long time) => TryReceive(buffer, 0, out length, out time);

    /// <summary>Takes a packet that has gone out, without waiting.</summary>
    /// <param name="buffer">Where it goes, from its link layer header on; what does not fit is cut off.</param>
    /// <param name="length">How many bytes were written.</param>
    /// <param name="time">When it was handed to the queue of its interface, in nanoseconds since 1970-01-01 UTC.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="LinuxException">The socket is broken.</exception>
    public bool TryReceiveSent(Span<byte> buffer, out int length, out long time) => TryReceive(buffer, ErrorQueue, out length, out time);

    /// <summary>Closes the socket.</summary>
    public void Dispose() => Descriptor.Dispose();

    private bool TryReceive(Span<byte> buffer, int flags, out int length, out long time)
    {
        time = 0;
        byte* control = stackalloc byte[ControlSize];
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                var vector = new IoVector { Base = bytes, Length = (nuint)buffer.Length };
                var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlSize };
                length = (int)Libc.ReceiveMessage(Descriptor, &message, Constants.MessageDontWait | flags);
                if (length >= 0)
                {
                    time = FindTime(new(control, (int)message.ControlLength));
                    return true;
                }

                length = 0;
                var errno = (Errno)Marshal.GetLastPInvokeError();
                switch (errno)
                {
                    case Errno.TryAgain:
                        return false;

                    // An error of one interface is fetched by whoever reads next; the others go on.
                    case Errno.Interrupted or Errno.NetworkDown or Errno.NoDevice:
                        break;
                    default:
                        throw new LinuxException("receive packet", errno);
                }
            }
        }
    }

    /// <summary>The software time among control messages.</summary>
    private static long FindTime(ReadOnlySpan<byte> control)
    {
        int header = sizeof(nuint) + 8;
        while (control.Length >= header)
        {
            long size = (long)MemoryMarshal.Read<nuint>(control);
            if (size < header || size > control.Length)
            {
                return 0;
            }

            int level = MemoryMarshal.Read<int>(control[sizeof(nuint)..]);
            int type = MemoryMarshal.Read<int>(control[(sizeof(nuint) + 4)..]);
            if (level == Constants.LevelSocket && type == OptionTimestamping && size >= header + (2 * sizeof(nint)))
            {
                return ((long)MemoryMarshal.Read<nint>(control[header..]) * NanosecondsPerSecond) + MemoryMarshal.Read<nint>(control[(header + sizeof(nint))..]);
            }

            int aligned = (int)((size + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1L));
            control = aligned < control.Length ? control[aligned..] : default;
        }

        return 0;
    }
}
