using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Skydive.Linux.Bpf;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Packets;

/// <summary>
/// Hears the few frames that a control protocol sends to an interface. Where all traffic is wanted, <see cref="PacketRing"/> is the way. Frames
/// that this host sends are not heard. Needs CAP_NET_RAW, and CAP_SYS_ADMIN to open in another namespace.
/// </summary>
/// <remarks>
/// One thread receives. The socket listens before bridges and switches take frames away, as <c>packet(7)</c> sockets for all protocols do; what
/// the filter leaves out costs a few nanoseconds and nothing else.
/// </remarks>
public sealed unsafe class PacketListener : IDisposable
{
    private const int OptionAddMembership = 1; // PACKET_ADD_MEMBERSHIP
    private const int OptionIgnoreOutgoing = 23; // PACKET_IGNORE_OUTGOING
    private const int PacketTypeOffset = 10; // offsetof(struct sockaddr_ll, sll_pkttype)

    private PacketListener(SafeDescriptor socket, int interfaceIndex)
    {
        Descriptor = socket;
        InterfaceIndex = interfaceIndex;
    }

    /// <summary>The socket, for a <see cref="Polling.DescriptorPoller"/>.</summary>
    public SafeDescriptor Descriptor { get; }

    /// <summary>The index of the interface.</summary>
    public int InterfaceIndex { get; }

    /// <summary>Opens a listener on an interface, which may be down.</summary>
    /// <param name="interfaceIndex">The index of the interface in its namespace.</param>
    /// <param name="filter">The frames that are wanted, and how much of them.</param>
    /// <param name="groups">Multicast addresses that the interface is to receive, as 48-bit numbers, first byte highest.</param>
    /// <param name="networkNamespace">Its namespace; null for that of the calling thread.</param>
    /// <returns>The listener; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The process lacks a capability, or there is no such interface.</exception>
    public static PacketListener Open(int interfaceIndex, BpfProgram filter, ReadOnlySpan<ulong> groups, NetworkNamespace? networkNamespace = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(interfaceIndex);
        SafeDescriptor socket = PacketSockets.Open(networkNamespace);
        try
        {
            PacketSockets.AttachFilter(socket, filter);

            // Kernels before 4.20 do not know it; then TryReceive leaves the frames out.
            int yes = 1;
            _ = Libc.SetSocketOption(socket, PacketSockets.LevelPacket, OptionIgnoreOutgoing, &yes, sizeof(int));
            foreach (ulong group in groups)
            {
                ulong address = group << 16;
                var membership = new PacketMembership
                {
                    Index = interfaceIndex,
                    Type = PacketMembership.Multicast,
                    AddressLength = 6,
                    Address = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(address) : address,
                };
                PacketSockets.Set(socket, PacketSockets.LevelPacket, OptionAddMembership, membership, "PACKET_ADD_MEMBERSHIP");
            }

            PacketSockets.Bind(socket, interfaceIndex, PacketSockets.ProtocolAll, $"interface {interfaceIndex}");
            return new PacketListener(socket, interfaceIndex);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes a frame that has come, without waiting.</summary>
    /// <param name="buffer">Where the frame goes, its link-layer header included; what does not fit is cut off.</param>
    /// <param name="length">How many bytes were written.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="LinuxException">The socket is broken.</exception>
    public PacketReceiveStatus TryReceive(Span<byte> buffer, out int length)
    {
        byte* address = stackalloc byte[PacketSockets.AddressSize];
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                new Span<byte>(address, PacketSockets.AddressSize).Clear();
                var vector = new IoVector { Base = bytes, Length = (nuint)buffer.Length };
                var message = new MessageHeader { Name = address, NameLength = PacketSockets.AddressSize, Vectors = &vector, VectorCount = 1 };
                length = (int)Libc.ReceiveMessage(Descriptor, &message, Constants.MessageDontWait);
                if (length >= 0)
                {
                    if (address[PacketTypeOffset] == (byte)PacketType.Outgoing)
                    {
                        continue;
                    }

                    return PacketReceiveStatus.Frame;
                }

                length = 0;
                var errno = (Errno)Marshal.GetLastPInvokeError();
                switch (errno)
                {
                    case Errno.Interrupted:
                        break;
                    case Errno.TryAgain:
                        return PacketReceiveStatus.Empty;
                    case Errno.NetworkDown or Errno.NoDevice:
                        return PacketReceiveStatus.InterfaceDown;
                    default:
                        throw new LinuxException("receive frame", errno);
                }
            }
        }
    }

    /// <summary>Closes the socket, and leaves the groups.</summary>
    public void Dispose() => Descriptor.Dispose();
}
