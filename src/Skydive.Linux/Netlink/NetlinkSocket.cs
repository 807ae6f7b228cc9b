using System.Globalization;
using System.Runtime.InteropServices;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Netlink;

/// <summary>
/// A non-blocking netlink socket in a namespace of choice. Extended acknowledgements are on, so that the kernel says why it refuses.
/// </summary>
/// <remarks>
/// One thread receives at a time; sending from a second is fine. <see cref="Dispose"/> from any thread ends a wait at once.
/// Source: <c>netlink(7)</c>.
/// </remarks>
public sealed unsafe class NetlinkSocket : INetlinkTransport
{
    private const int LevelNetlink = 270; // SOL_NETLINK
    private const int OptionAddMembership = 1; // NETLINK_ADD_MEMBERSHIP
    private const int OptionListenAllNamespaces = 8; // NETLINK_LISTEN_ALL_NSID
    private const int OptionCapAcknowledgement = 10; // NETLINK_CAP_ACK
    private const int OptionExtendedAcknowledgement = 11; // NETLINK_EXT_ACK
    private const int OptionStrictChecking = 12; // NETLINK_GET_STRICT_CHK
    private const int AddressSize = 12; // sizeof(struct sockaddr_nl)
    private const int ControlSize = 64;

    private readonly DescriptorWait _wait;

    private NetlinkSocket(SafeDescriptor descriptor, uint portId, int receiveBufferBytes)
    {
        Descriptor = descriptor;
        PortId = portId;
        ReceiveBufferBytes = receiveBufferBytes;
        _wait = new DescriptorWait(descriptor);
    }

    /// <inheritdoc/>
    public uint PortId { get; }

    /// <summary>The receive buffer that the kernel granted, in bytes of payload and bookkeeping together.</summary>
    public int ReceiveBufferBytes { get; }

    /// <summary>The socket, for <see cref="DescriptorPoller"/>.</summary>
    public SafeDescriptor Descriptor { get; }

    /// <summary>Opens a socket.</summary>
    /// <param name="options">How.</param>
    /// <returns>The socket; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or the kernel refuses the socket, a group, or an option.</exception>
    public static NetlinkSocket Open(NetlinkSocketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        const int Type = Constants.SocketRaw | Constants.SocketNonBlocking | Constants.SocketCloseOnExec;
        SafeDescriptor descriptor = options.Namespace is { } home
            ? home.CreateSocket(Constants.AddressFamilyNetlink, Type, (int)options.Protocol)
            : NetworkNamespace.OpenSocket(Constants.AddressFamilyNetlink, Type, (int)options.Protocol);
        try
        {
            // Both are refinements: a kernel without them still answers, with less to say.
            _ = TrySet(descriptor, LevelNetlink, OptionExtendedAcknowledgement, 1);
            _ = TrySet(descriptor, LevelNetlink, OptionCapAcknowledgement, 1);
            if (options.StrictChecking)
            {
                _ = TrySet(descriptor, LevelNetlink, OptionStrictChecking, 1);
            }

            // The buffer before the groups, so that no event meets the small one.
            if (options.ReceiveBufferBytes is { } size
                && !TrySet(descriptor, Constants.LevelSocket, Constants.OptionReceiveBufferForce, size))
            {
                Set(descriptor, Constants.LevelSocket, Constants.OptionReceiveBuffer, size, "SO_RCVBUF");
            }

            if (options.ListenAllNamespaces)
            {
                Set(descriptor, LevelNetlink, OptionListenAllNamespaces, 1, "NETLINK_LISTEN_ALL_NSID");
            }

            // The first 32 groups are joined with the address, all at once: for each of the others the kernel stops all of netlink a moment.
            uint portId = Bind(descriptor, options.Groups);
            foreach (uint group in options.Groups)
            {
                if (group is 0 or > 32 && !TrySet(descriptor, LevelNetlink, OptionAddMembership, (int)group))
                {
                    throw LinuxException.FromLastError(string.Create(CultureInfo.InvariantCulture, $"setsockopt NETLINK_ADD_MEMBERSHIP {group}"));
                }
            }

            return new NetlinkSocket(descriptor, portId, GetReceiveBuffer(descriptor));
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Errno Send(ReadOnlySpan<byte> message)
    {
        byte* address = stackalloc byte[AddressSize];
        new Span<byte>(address, AddressSize).Clear();
        *(ushort*)address = Constants.AddressFamilyNetlink;
        fixed (byte* bytes = message)
        {
            while (true)
            {
                if (Libc.SendTo(Descriptor, bytes, (nuint)message.Length, 0, address, AddressSize) >= 0)
                {
                    return Errno.None;
                }

                var errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.Interrupted)
                {
                    return errno;
                }
            }
        }
    }

    /// <inheritdoc/>
    public NetlinkDatagram TryReceive(Span<byte> buffer)
    {
        // Aligned for the control messages, which hold numbers of the machine's word size.
        ulong* control = stackalloc ulong[ControlSize / sizeof(ulong)];
        byte* address = stackalloc byte[AddressSize];
        fixed (byte* bytes = buffer)
        {
            IoVector vector;
            vector.Base = bytes;
            vector.Length = (nuint)buffer.Length;
            MessageHeader header = default;
            header.Name = address;
            header.Vectors = &vector;
            header.VectorCount = 1;
            header.Control = control;
            while (true)
            {
                new Span<byte>(address, AddressSize).Clear();
                header.NameLength = AddressSize;
                header.ControlLength = ControlSize;
                header.Flags = 0;
                nint length = Libc.ReceiveMessage(Descriptor, &header, Constants.MessageDontWait);
                if (length >= 0)
                {
                    var written = new ReadOnlySpan<byte>(control, (int)Math.Min(header.ControlLength, ControlSize));
                    return new NetlinkDatagram(
                        (int)Math.Min(length, buffer.Length),
                        Errno.None,
                        (header.Flags & Constants.MessageTruncated) != 0,
                        *(uint*)(address + 4),
                        ReadNamespaceId(written));
                }

                var errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.Interrupted)
                {
                    return new NetlinkDatagram(0, errno, false, 0, null);
                }
            }
        }
    }

    /// <inheritdoc/>
    public WaitOutcome Wait(TimeSpan timeout, CancellationToken cancellationToken) => _wait.Wait(timeout, cancellationToken, out _);

    /// <summary>Closes the socket, and ends a wait in progress as cancelled.</summary>
    public void Dispose()
    {
        _wait.Dispose();
        Descriptor.Dispose();
    }

    /// <summary>
    /// Finds the namespace id among the control messages: <c>struct cmsghdr</c> is a length of <c>size_t</c>, level and type of 4 bytes,
    /// then the data, each message padded to the word size.
    /// </summary>
    internal static int? ReadNamespaceId(ReadOnlySpan<byte> control)
    {
        int headerSize = sizeof(nuint) + 8;
        while (control.Length >= headerSize)
        {
            nuint length = MemoryMarshal.Read<nuint>(control);
            if (length < (nuint)headerSize || length > (nuint)control.Length)
            {
                return null;
            }

            int level = MemoryMarshal.Read<int>(control[sizeof(nuint)..]);
            int type = MemoryMarshal.Read<int>(control[(sizeof(nuint) + 4)..]);
            ReadOnlySpan<byte> data = control[headerSize..(int)length];
            if (level == LevelNetlink && type == OptionListenAllNamespaces && data.Length >= sizeof(int))
            {
                int id = MemoryMarshal.Read<int>(data);
                return id < 0 ? null : id;
            }

            control = control[Math.Min(((int)length + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1), control.Length)..];
        }

        return null;
    }

    private static uint Bind(SafeDescriptor descriptor, IReadOnlyList<uint> groups)
    {
        uint mask = 0;
        foreach (uint group in groups)
        {
            mask |= group is > 0 and <= 32 ? 1u << (int)(group - 1) : 0;
        }

        // struct sockaddr_nl: family, padding, port (0 has the kernel choose one), groups.
        byte* address = stackalloc byte[AddressSize];
        new Span<byte>(address, AddressSize).Clear();
        *(ushort*)address = Constants.AddressFamilyNetlink;
        *(uint*)(address + 8) = mask;
        uint length = AddressSize;
        if (Libc.Bind(descriptor, address, length) != 0 || Libc.GetSocketName(descriptor, address, &length) != 0)
        {
            throw LinuxException.FromLastError("bind netlink socket");
        }

        return *(uint*)(address + 4);
    }

    private static int GetReceiveBuffer(SafeDescriptor descriptor)
    {
        int value = 0;
        uint length = sizeof(int);
        return Libc.GetSocketOption(descriptor, Constants.LevelSocket, Constants.OptionReceiveBuffer, &value, &length) == 0
            ? value
            : throw LinuxException.FromLastError("getsockopt SO_RCVBUF");
    }

    private static void Set(SafeDescriptor descriptor, int level, int name, int value, string what)
    {
        if (!TrySet(descriptor, level, name, value))
        {
            throw LinuxException.FromLastError($"setsockopt {what}");
        }
    }

    private static bool TrySet(SafeDescriptor descriptor, int level, int name, int value) =>
        Libc.SetSocketOption(descriptor, level, name, &value, sizeof(int)) == 0;
}
