using System.Runtime.InteropServices;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Linux.Packets;

/// <summary>
/// Sends frames as they are out of an interface, past the IP stack. Needs CAP_NET_RAW, and CAP_SYS_ADMIN to open in another namespace.
/// Any thread sends, in any namespace.
/// </summary>
public sealed unsafe class PacketSender : IDisposable
{
    private readonly SafeDescriptor _socket;

    private PacketSender(SafeDescriptor socket, int index, ushort hardwareType)
    {
        _socket = socket;
        InterfaceIndex = index;
        HardwareType = (HardwareType)hardwareType;
    }

    /// <summary>The index of the interface.</summary>
    public int InterfaceIndex { get; }

    /// <summary>The hardware type of the interface, which says what frames must begin with (<see cref="Bpf.LinkTypes"/>).</summary>
    public HardwareType HardwareType { get; }

    /// <summary>Opens a sender on an interface by name.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="networkNamespace">Its namespace; null for that of the calling thread.</param>
    /// <returns>The sender; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The process lacks a capability, or there is no such interface.</exception>
    public static PacketSender Open(string interfaceName, NetworkNamespace? networkNamespace = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(interfaceName);
        return Open(interfaceName, 0, networkNamespace);
    }

    /// <summary>Opens a sender on an interface by index.</summary>
    /// <param name="interfaceIndex">The index of the interface in its namespace.</param>
    /// <param name="networkNamespace">Its namespace; null for that of the calling thread.</param>
    /// <returns>The sender; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The process lacks a capability, or there is no such interface.</exception>
    public static PacketSender Open(int interfaceIndex, NetworkNamespace? networkNamespace = null) =>
        Open(null, interfaceIndex, networkNamespace);

    /// <summary>Sends one frame, its link-layer header included.</summary>
    /// <param name="frame">The frame.</param>
    /// <exception cref="LinuxException">
    /// The interface is down (<see cref="LinuxErrorReason.InterfaceDown"/>) or gone (<see cref="LinuxErrorReason.NotFound"/>), the frame is
    /// longer than its MTU allows (<see cref="LinuxErrorReason.InvalidArgument"/>), or its queue is full
    /// (<see cref="LinuxErrorReason.Overrun"/>).
    /// </exception>
    public void Send(ReadOnlySpan<byte> frame)
    {
        Errno errno = TrySend(frame);
        if (errno != Errno.None)
        {
            throw new LinuxException("send frame", errno);
        }
    }

    /// <summary>Sends one frame, its link-layer header included.</summary>
    /// <param name="frame">The frame.</param>
    /// <returns>None, or why it was not sent.</returns>
    public Errno TrySend(ReadOnlySpan<byte> frame)
    {
        fixed (byte* bytes = frame)
        {
            while (Libc.SendTo(_socket, bytes, (nuint)frame.Length, 0, null, 0) < 0)
            {
                var errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.Interrupted)
                {
                    // The send buffer is full: the same to the caller as a full queue of the interface.
                    return errno == Errno.TryAgain ? Errno.NoBufferSpace : errno;
                }
            }
        }

        return Errno.None;
    }

    /// <summary>Sends frames of a batch in their order, until one is not taken.</summary>
    /// <param name="batch">The frames, their link-layer headers included.</param>
    /// <param name="first">The first one to send.</param>
    /// <param name="error">None, or why the frame after those that were sent was not.</param>
    /// <returns>How many were sent.</returns>
    public int TrySend(PacketBatch batch, int first, out Errno error)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int sent = 0;
        error = Errno.None;
        while (first + sent < batch.Count)
        {
            int taken = batch.Send(_socket, first + sent);
            if (taken > 0)
            {
                sent += taken;
                continue;
            }

            var errno = (Errno)Marshal.GetLastPInvokeError();
            if (errno != Errno.Interrupted)
            {
                error = errno == Errno.TryAgain ? Errno.NoBufferSpace : errno;
                break;
            }
        }

        return sent;
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    private static PacketSender Open(string? name, int index, NetworkNamespace? networkNamespace)
    {
        SafeDescriptor socket = PacketSockets.Open(networkNamespace);
        try
        {
            int found = PacketSockets.FindInterface(socket, name, index);

            // Bound without a protocol, the socket receives nothing, so that its queue does not fill.
            PacketSockets.Bind(socket, found, protocol: 0, name ?? $"interface {found}");
            PacketSockets.GetBoundInterface(socket, out ushort hardwareType);
            return new PacketSender(socket, found, hardwareType);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
