using System.Diagnostics;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Processes;

/// <summary>Hears of processes that begin, run another program, and end: of all of this host.</summary>
/// <remarks>
/// Needs CAP_NET_ADMIN, and the first user, process and network namespace of the system. One thread receives; <see cref="Dispose"/> from any
/// thread ends its wait at once. Source: <c>linux/cn_proc.h</c>, <c>linux/connector.h</c>.
/// </remarks>
public sealed class ProcessEventListener : IDisposable
{
    private const uint Group = 1; // CN_IDX_PROC
    private const ushort MessageType = 3; // NLMSG_DONE, as the connector has it
    private const uint OperationListen = 1; // PROC_CN_MCAST_LISTEN
    private const int ReceiveBufferBytes = 4 << 20;

    /// <summary>The kernel answers while it takes the request; where it does not serve, it does not answer at all.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private readonly NetlinkListener _listener;

    private ProcessEventListener(NetlinkListener listener, SafeDescriptor? descriptor)
    {
        _listener = listener;
        Descriptor = descriptor;
    }

    /// <summary>The socket, for a <see cref="DescriptorPoller"/>; null when the transport is no socket.</summary>
    public SafeDescriptor? Descriptor { get; }

    /// <summary>How often events were lost.</summary>
    public long Overruns => _listener.Overruns;

    /// <summary>Opens a listener in the network namespace of the calling thread.</summary>
    /// <returns>The listener; the caller disposes it.</returns>
    /// <exception cref="LinuxException">
    /// The process may not (<see cref="LinuxErrorReason.PermissionDenied"/>), or the kernel does not tell, or not from here
    /// (<see cref="LinuxErrorReason.NotSupported"/>).
    /// </exception>
    public static ProcessEventListener Open() => Open(NetlinkSocket.Open(new NetlinkSocketOptions
    {
        Protocol = NetlinkProtocol.Connector,
        Groups = [Group],
        ReceiveBufferBytes = ReceiveBufferBytes,
    }));

    /// <summary>Reads the next datagram's events without waiting.</summary>
    /// <param name="events">The events are added here, in order.</param>
    /// <returns>What there is.</returns>
    /// <exception cref="NetlinkException">The socket is broken; never for lost events.</exception>
    public NetlinkReceiveStatus TryReceive(ICollection<ProcessEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        NetlinkReceiveStatus status = _listener.TryReceive();
        return status == NetlinkReceiveStatus.Messages ? Decode(events) : status;
    }

    /// <summary>Waits for events.</summary>
    /// <param name="events">The events are added here, in order.</param>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>What there is.</returns>
    /// <exception cref="NetlinkException">The socket is broken; never for lost events.</exception>
    public NetlinkReceiveStatus Receive(ICollection<ProcessEvent> events, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        NetlinkReceiveStatus status = _listener.Receive(timeout, cancellationToken);
        return status == NetlinkReceiveStatus.Messages ? Decode(events) : status;
    }

    /// <summary>Closes the socket and ends a wait in progress.</summary>
    public void Dispose() => _listener.Dispose();

    /// <summary>Subscribes over any transport, which the listener owns from then on.</summary>
    internal static ProcessEventListener Open(INetlinkTransport transport)
    {
        var listener = new NetlinkListener(transport);
        try
        {
            // Asked for some events only, kernels before 6.6 keep silent; asked for all, they tell more than is read here.
            const uint Events = (uint)(ProcessEventKind.Forked | ProcessEventKind.Executed | ProcessEventKind.Exited);
            if (!Subscribe(transport, listener, Events) && !Subscribe(transport, listener, null))
            {
                throw new LinuxException(
                    "listen to process events",
                    Errno.None,
                    LinuxErrorReason.NotSupported,
                    "the kernel does not tell of processes, or not outside of the first user, process and network namespace");
            }

            return new ProcessEventListener(listener, (transport as NetlinkSocket)?.Descriptor);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private static bool Subscribe(INetlinkTransport transport, NetlinkListener listener, uint? events)
    {
        const int ConnectorSize = ProcessEventReader.ConnectorHeaderSize;
        var subscription = new ProcessSubscription
        {
            Index = ProcessEventReader.ConnectorIndex,
            Value = ProcessEventReader.ConnectorValue,
            Length = (ushort)(events is null ? sizeof(uint) : 2 * sizeof(uint)),
            Operation = OperationListen,
            Events = events ?? 0,
        };
        ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<ProcessSubscription>(in subscription));
        ReadOnlySpan<byte> request = new NetlinkMessageBuilder().Start(MessageType, NetlinkFlags.None)
            .Append(bytes[..(ConnectorSize + subscription.Length)])
            .Complete(NetlinkFlags.None, 1);
        Errno sent = transport.Send(request);
        if (sent != Errno.None)
        {
            throw new LinuxException("listen to process events", sent);
        }

        long began = Stopwatch.GetTimestamp();
        TimeSpan left = s_patience;
        while (left > TimeSpan.Zero && listener.Receive(left, CancellationToken.None) is not NetlinkReceiveStatus.Cancelled)
        {
            NetlinkMessageEnumerator messages = listener.Messages;
            while (messages.MoveNext())
            {
                if (ProcessEventReader.TryReadAcknowledgement(messages.Current.Payload, out Errno errno))
                {
                    return errno == Errno.None ? true : throw new LinuxException("listen to process events", errno);
                }
            }

            left = s_patience - Stopwatch.GetElapsedTime(began);
        }

        return false;
    }

    private NetlinkReceiveStatus Decode(ICollection<ProcessEvent> events)
    {
        NetlinkMessageEnumerator messages = _listener.Messages;
        while (messages.MoveNext())
        {
            if (ProcessEventReader.TryRead(messages.Current.Payload, out ProcessEvent result))
            {
                events.Add(result);
            }
        }

        return NetlinkReceiveStatus.Messages;
    }
}
