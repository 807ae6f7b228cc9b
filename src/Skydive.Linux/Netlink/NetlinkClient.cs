using System.Buffers;
using System.Globalization;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Netlink;

/// <summary>
/// Asks the kernel questions over one netlink socket, one at a time: dumps of a table, single objects, and commands.
/// </summary>
/// <remarks>
/// Not thread-safe. Answers are matched by sequence and port; datagrams that do not come from the kernel, and late answers to earlier
/// requests, are dropped and counted. An operation that was cancelled or failed half-way leaves the client usable.
/// </remarks>
public sealed class NetlinkClient : IDisposable
{
    /// <summary>How often a dump is read when the table keeps changing under it.</summary>
    public const int MaximumDumpAttempts = 5;

    private const int InitialBufferSize = 64 << 10;
    private const int MaximumBufferSize = 8 << 20;

    private readonly INetlinkTransport _transport;
    private int _bufferSize = InitialBufferSize;
    private uint _sequence;
    private bool _unfinished;

    /// <summary>Makes a client.</summary>
    /// <param name="transport">The socket, which the client owns from now on. It must not be joined to multicast groups.</param>
    public NetlinkClient(INetlinkTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _transport = transport;
    }

    /// <summary>The longest wait for the next part of an answer. Default: 10 seconds; the kernel answers within milliseconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Messages dropped because they answer no present request, or come from another process than the kernel.</summary>
    public long DroppedMessages { get; private set; }

    /// <summary>Reads a whole table. When it changes meanwhile, it is read again, up to <see cref="MaximumDumpAttempts"/> times.</summary>
    /// <typeparam name="T">The type of the objects.</typeparam>
    /// <param name="operation">What is asked, for error messages.</param>
    /// <param name="request">The request; the dump flag is added.</param>
    /// <param name="decoder">Makes the objects.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The objects.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, answers with malformed bytes, or does not answer.</exception>
    /// <exception cref="OperationCanceledException">The token fired, or the client was disposed.</exception>
    public NetlinkDump<T> Dump<T>(
        string operation, NetlinkMessageBuilder request, INetlinkDecoder<T> decoder, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(decoder);
        var items = new List<T>();
        for (int attempt = 1; ; attempt++)
        {
            items.Clear();
            NetlinkExchange outcome = Exchange(operation, request, NetlinkFlags.Dump, decoder, items, cancellationToken);
            if (outcome == NetlinkExchange.Complete)
            {
                return new NetlinkDump<T>(items, isConsistent: true, attempt);
            }

            if (attempt >= MaximumDumpAttempts)
            {
                return outcome == NetlinkExchange.Interrupted
                    ? new NetlinkDump<T>(items, isConsistent: false, attempt)
                    : throw new NetlinkException(
                        operation, Errno.NoBufferSpace, "the answer kept overrunning the receive buffer", null, _sequence);
            }
        }
    }

    /// <summary>Asks for one object.</summary>
    /// <typeparam name="T">The type of the object.</typeparam>
    /// <param name="operation">What is asked, for error messages.</param>
    /// <param name="request">The request.</param>
    /// <param name="decoder">Makes the object.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The object.</returns>
    /// <exception cref="NetlinkException">
    /// The kernel refuses (<see cref="LinuxErrorReason.NotFound"/> when there is no such object), answers with malformed bytes, or does
    /// not answer.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token fired, or the client was disposed.</exception>
    public T Get<T>(
        string operation, NetlinkMessageBuilder request, INetlinkDecoder<T> decoder, CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(decoder);
        var items = new List<T>(1);
        NetlinkExchange outcome = Exchange(operation, request, NetlinkFlags.Acknowledge, decoder, items, cancellationToken);
        if (outcome == NetlinkExchange.Overrun)
        {
            throw new NetlinkException(operation, Errno.NoBufferSpace, null, null, _sequence);
        }

        return items.Count > 0
            ? items[0]
            : throw new NetlinkException(
                operation, Errno.None, LinuxErrorReason.MalformedReply, "the kernel acknowledged without an answer", null, _sequence);
    }

    /// <summary>Gives a command and waits for its acknowledgement.</summary>
    /// <param name="operation">What is asked, for error messages.</param>
    /// <param name="request">The request; the acknowledge flag is added.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="NetlinkException">The kernel refuses, or does not answer.</exception>
    /// <exception cref="OperationCanceledException">The token fired, or the client was disposed.</exception>
    public void Execute(string operation, NetlinkMessageBuilder request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        NetlinkExchange outcome = Exchange<object>(operation, request, NetlinkFlags.Acknowledge, null, null, cancellationToken);
        if (outcome == NetlinkExchange.Overrun)
        {
            throw new NetlinkException(operation, Errno.NoBufferSpace, null, null, _sequence);
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _transport.Dispose();

    private NetlinkExchange Exchange<T>(
        string operation,
        NetlinkMessageBuilder request,
        NetlinkFlags flags,
        INetlinkDecoder<T>? decoder,
        List<T>? items,
        CancellationToken cancellationToken)
        where T : class
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(_bufferSize);
        try
        {
            if (_unfinished)
            {
                Drain(buffer, cancellationToken);
            }

            // Zero marks events, so no request has it.
            _sequence = _sequence == uint.MaxValue ? 1 : _sequence + 1;
            _unfinished = true;
            Errno sent = _transport.Send(request.Complete(flags, _sequence));
            if (sent != Errno.None)
            {
                _unfinished = false;
                throw new NetlinkException(operation, sent, null, null, _sequence);
            }

            return ReceiveAnswer(operation, buffer, (flags & NetlinkFlags.Dump) == NetlinkFlags.Dump, decoder, items, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private NetlinkExchange ReceiveAnswer<T>(
        string operation,
        byte[] buffer,
        bool isDump,
        INetlinkDecoder<T>? decoder,
        List<T>? items,
        CancellationToken cancellationToken)
        where T : class
    {
        bool interrupted = false;
        while (true)
        {
            NetlinkDatagram datagram = ReceiveDatagram(operation, buffer, cancellationToken);
            if (datagram.Errno == Errno.NoBufferSpace)
            {
                return NetlinkExchange.Overrun;
            }

            if (datagram.SenderPortId != 0)
            {
                DroppedMessages++;
                continue;
            }

            if (datagram.IsTruncated)
            {
                // The next attempt, or the next request, gets a buffer that holds it.
                _bufferSize = Math.Min(_bufferSize * 2, MaximumBufferSize);
                return NetlinkExchange.Overrun;
            }

            var messages = new NetlinkMessageEnumerator(buffer.AsSpan(0, datagram.Length));
            while (messages.MoveNext())
            {
                NetlinkMessage message = messages.Current;
                if (message.Sequence != _sequence || message.PortId != _transport.PortId)
                {
                    DroppedMessages++;
                    continue;
                }

                interrupted |= isDump && (message.Flags & NetlinkFlags.DumpInterrupted) != 0;
                switch (message.Type)
                {
                    case NetlinkMessageType.NoOperation:
                        break;
                    case NetlinkMessageType.Overrun:
                        return NetlinkExchange.Overrun;
                    case NetlinkMessageType.Error:
                        if (!NetlinkAcknowledgement.TryReadError(message, out NetlinkAcknowledgement acknowledgement))
                        {
                            throw Malformed(operation, "an error message is too short");
                        }

                        _unfinished = false;
                        ThrowIfFailed(operation, acknowledgement);
                        return interrupted ? NetlinkExchange.Interrupted : NetlinkExchange.Complete;
                    case NetlinkMessageType.Done:
                        _unfinished = false;
                        ThrowIfFailed(operation, NetlinkAcknowledgement.ReadDone(message));
                        return interrupted ? NetlinkExchange.Interrupted : NetlinkExchange.Complete;
                    default:
                        if (decoder is null)
                        {
                            break;
                        }

                        NetlinkFault fault = decoder.Decode(message, out T? item);
                        if (fault != NetlinkFault.None)
                        {
                            throw Malformed(
                                operation, string.Create(CultureInfo.InvariantCulture, $"message type {message.Type}: {fault}"));
                        }

                        if (item is not null)
                        {
                            items!.Add(item);
                        }

                        break;
                }
            }

            if (messages.Fault != NetlinkFault.None)
            {
                throw Malformed(operation, $"message framing: {messages.Fault}");
            }
        }
    }

    private NetlinkDatagram ReceiveDatagram(string operation, byte[] buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            NetlinkDatagram datagram = _transport.TryReceive(buffer);
            switch (datagram.Errno)
            {
                case Errno.None or Errno.NoBufferSpace:
                    return datagram;
                case Errno.TryAgain:
                    break;
                default:
                    throw new NetlinkException(operation, datagram.Errno, null, null, _sequence);
            }

            switch (_transport.Wait(Timeout, cancellationToken))
            {
                case WaitOutcome.Cancelled:
                    cancellationToken.ThrowIfCancellationRequested();
                    throw new OperationCanceledException("The netlink socket was closed.");
                case WaitOutcome.TimedOut:
                    throw new NetlinkException(operation, Errno.TimedOut, "the kernel did not answer", null, _sequence);
            }
        }
    }

    /// <summary>
    /// Reads away what is left of an unfinished answer: while a dump is not read to its end, the kernel refuses another on the socket.
    /// </summary>
    private void Drain(byte[] buffer, CancellationToken cancellationToken)
    {
        while (_transport.TryReceive(buffer).Errno is Errno.None or Errno.NoBufferSpace)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DroppedMessages++;
        }

        _unfinished = false;
    }

    private void ThrowIfFailed(string operation, in NetlinkAcknowledgement acknowledgement)
    {
        if (acknowledgement.Errno != Errno.None)
        {
            throw new NetlinkException(
                operation, acknowledgement.Errno, acknowledgement.Message, acknowledgement.AttributeOffset, _sequence);
        }
    }

    private NetlinkException Malformed(string operation, string what) =>
        new(operation, Errno.None, LinuxErrorReason.MalformedReply, what, null, _sequence);
}
