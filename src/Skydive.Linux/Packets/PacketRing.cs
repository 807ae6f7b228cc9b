using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Skydive.Linux.Bpf;
using Skydive.Linux.Interop;
using Skydive.Linux.Polling;
using Skydive.Linux.Route;

namespace Skydive.Linux.Packets;

/// <summary>
/// Captures the packets of an interface through memory shared with the kernel (TPACKET_V3): no system call and no allocation per packet.
/// Needs CAP_NET_RAW, and CAP_SYS_ADMIN to open in another namespace; once open, it is read from any thread in any namespace.
/// </summary>
/// <remarks>
/// <para>
/// One thread reads. <see cref="Dispose"/> from another thread ends its wait at once; a block that it holds stays readable until it is
/// disposed. <see cref="GetStatistics"/> may be called from any thread.
/// </para>
/// <code>
/// while (ring.Read(Timeout.InfiniteTimeSpan, token, out PacketBlock block) == PacketRingStatus.Block)
/// {
///     while (block.MoveNext()) { Use(block.Current); }
///     block.Dispose();
/// }
/// </code>
/// Source: the kernel's <c>Documentation/networking/packet_mmap.rst</c>.
/// </remarks>
public sealed unsafe class PacketRing : IDisposable
{
    private const int OptionAddMembership = 1; // PACKET_ADD_MEMBERSHIP
    private const int OptionReceiveRing = 5; // PACKET_RX_RING
    private const int OptionStatistics = 6; // PACKET_STATISTICS
    private const int OptionVersion = 10; // PACKET_VERSION
    private const int OptionFanout = 18; // PACKET_FANOUT
    private const int OptionIgnoreOutgoing = 23; // PACKET_IGNORE_OUTGOING
    private const int Version3 = 2; // TPACKET_V3
    private const int FrameSize = 2048;
    private const uint FanoutDefragment = 0x8000; // PACKET_FANOUT_FLAG_DEFRAG
    private const int BlockStatusOffset = 8;
    private const uint BlockIsOurs = 1; // TP_STATUS_USER
    private const uint BlockIsKernels = 0; // TP_STATUS_KERNEL

    /// <summary>How often a quiet ring whose interface went down looks whether it is gone: the kernel does not tell.</summary>
    private static readonly TimeSpan s_removalCheck = TimeSpan.FromMilliseconds(200);

    private readonly SafeDescriptor _socket;
    private readonly RingMemory _memory;
    private readonly DescriptorWait _wait;
    private readonly int _blockSize;
    private readonly int _blockCount;
    private readonly Lock _statisticsLock = new();
    private PacketRingStatistics _statistics;
    private int _block;
    private long _tickets;
    private long _heldTicket;

    /// <summary>Whether the interface ever went down: since the kernel does not tell when it comes up, removal is looked for from then on.</summary>
    private bool _wasDown;
    private bool _isRemoved;

    private PacketRing(SafeDescriptor socket, RingMemory memory, PacketRingOptions options, int index, ushort hardwareType)
    {
        _socket = socket;
        _memory = memory;
        _blockSize = options.BlockSizeBytes;
        _blockCount = options.BlockCount;
        InterfaceIndex = index;
        HardwareType = (HardwareType)hardwareType;
        _wait = new DescriptorWait(socket);
    }

    /// <summary>The index of the interface when the ring was opened.</summary>
    public int InterfaceIndex { get; }

    /// <summary>The hardware type of the interface.</summary>
    public HardwareType HardwareType { get; }

    /// <summary>What the packets begin with; null when this library does not know the hardware type.</summary>
    public LinkType? LinkType => LinkTypes.FromHardwareType(HardwareType);

    /// <summary>Blocks whose contents did not add up, which does not happen unless the kernel is broken.</summary>
    public long MalformedBlocks { get; private set; }

    /// <summary>The socket, for a <see cref="DescriptorPoller"/>.</summary>
    public SafeDescriptor Descriptor => _socket;

    /// <summary>Opens a ring; it captures from then on.</summary>
    /// <param name="options">How.</param>
    /// <returns>The ring; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The sizes make no ring.</exception>
    /// <exception cref="LinuxException">
    /// The process lacks a capability (<see cref="LinuxErrorReason.PermissionDenied"/>), there is no such interface
    /// (<see cref="LinuxErrorReason.NotFound"/>), memory is short, or the kernel refuses the filter.
    /// </exception>
    public static PacketRing Open(PacketRingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        BpfProgram? filter = PrepareFilter(options);
        SafeDescriptor socket = PacketSockets.Open(options.Namespace);
        RingMemory? memory = null;
        try
        {
            int index = PacketSockets.FindInterface(socket, options.InterfaceName, options.InterfaceIndex);
            string what = options.InterfaceName ?? string.Create(CultureInfo.InvariantCulture, $"interface {index}");
            PacketSockets.Set(socket, PacketSockets.LevelPacket, OptionVersion, Version3, "PACKET_VERSION");

            // The filter before the binding, so that no packet comes in unfiltered.
            if (filter is not null)
            {
                PacketSockets.AttachFilter(socket, filter);
            }

            PacketSockets.Set(socket, PacketSockets.LevelPacket, OptionReceiveRing, RingRequest.Make(options, FrameSize), "PACKET_RX_RING");
            memory = RingMemory.Map(socket, (nuint)options.BlockSizeBytes * (nuint)options.BlockCount);
            if (options.IgnoreOutgoing)
            {
                PacketSockets.Set(socket, PacketSockets.LevelPacket, OptionIgnoreOutgoing, 1, "PACKET_IGNORE_OUTGOING");
            }

            PacketSockets.Bind(socket, index, PacketSockets.ProtocolAll, what);
            if (options.Promiscuous)
            {
                var membership = new PacketMembership { Index = index, Type = PacketMembership.Promiscuous };
                PacketSockets.Set(socket, PacketSockets.LevelPacket, OptionAddMembership, membership, "PACKET_ADD_MEMBERSHIP");
            }

            if (options.Fanout is { } fanout)
            {
                // Fragments carry no ports: put together first, a flow stays with one ring.
                uint flags = fanout.Mode == PacketFanoutMode.Hash ? FanoutDefragment : 0;
                uint value = fanout.GroupId | (((uint)fanout.Mode | flags) << 16);
                PacketSockets.Set(socket, PacketSockets.LevelPacket, OptionFanout, value, "PACKET_FANOUT");
            }

            int bound = PacketSockets.GetBoundInterface(socket, out ushort hardwareType);
            return bound == index
                ? new PacketRing(socket, memory, options, index, hardwareType)
                : throw new LinuxException($"bind packet socket to {what}", Errno.NoDevice);
        }
        catch
        {
            memory?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next block of packets.</summary>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <param name="block">The block when the status says so, to be disposed before the next read; empty otherwise.</param>
    /// <returns>What there is. Blocks that were filled before the interface went down come first.</returns>
    /// <exception cref="InvalidOperationException">The last block is not disposed.</exception>
    /// <exception cref="LinuxException">The socket is broken; never because of the interface.</exception>
    public PacketRingStatus Read(TimeSpan timeout, CancellationToken cancellationToken, out PacketBlock block)
    {
        try
        {
            return ReadCore(timeout, cancellationToken, out block);
        }
        catch (ObjectDisposedException)
        {
            block = default;
            return PacketRingStatus.Cancelled;
        }
    }

    /// <summary>Takes the next block of packets if there is one.</summary>
    /// <param name="block">The block, to be disposed before the next read; empty when there is none.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidOperationException">The last block is not disposed.</exception>
    public bool TryRead(out PacketBlock block)
    {
        block = default;
        if (_heldTicket != 0)
        {
            throw new InvalidOperationException("The last block of the ring is not disposed.");
        }

        bool held = false;
        try
        {
            _memory.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        // Taken before anything else in the block is read: the kernel writes the status last.
        Span<byte> memory = Block();
        if ((Volatile.Read(ref Status(memory)) & BlockIsOurs) == 0)
        {
            _memory.DangerousRelease();
            return false;
        }

        _heldTicket = ++_tickets;
        block = new PacketBlock(this, _heldTicket, memory);
        return true;
    }

    /// <summary>The counters of the ring.</summary>
    /// <returns>The totals since it was opened.</returns>
    /// <exception cref="LinuxException">The socket is broken.</exception>
    /// <exception cref="ObjectDisposedException">The ring is disposed.</exception>
    public PacketRingStatistics GetStatistics()
    {
        uint* counters = stackalloc uint[3];
        uint length = 3 * sizeof(uint);
        lock (_statisticsLock)
        {
            // Reading clears the kernel's counters.
            if (Libc.GetSocketOption(_socket, PacketSockets.LevelPacket, OptionStatistics, counters, &length) != 0)
            {
                throw LinuxException.FromLastError("getsockopt PACKET_STATISTICS");
            }

            _statistics = new PacketRingStatistics(
                _statistics.Packets + counters[0], _statistics.Drops + counters[1], _statistics.QueueFreezes + counters[2]);
            return _statistics;
        }
    }

    /// <summary>Stops the capture and ends a wait in progress. The memory goes when the last block is disposed.</summary>
    public void Dispose()
    {
        _wait.Dispose();
        _memory.Dispose();
        _socket.Dispose();
    }

    /// <summary>Gives a block back to the kernel.</summary>
    internal void ReturnBlock(long ticket)
    {
        if (ticket == 0 || ticket != _heldTicket)
        {
            return;
        }

        // The kernel may write into the block from here on.
        Volatile.Write(ref Status(Block()), BlockIsKernels);
        _heldTicket = 0;
        _block = (_block + 1) % _blockCount;
        _memory.DangerousRelease();
    }

    internal void CountMalformedBlock() => MalformedBlocks++;

    private PacketRingStatus ReadCore(TimeSpan timeout, CancellationToken cancellationToken, out PacketBlock block)
    {
        if (TryRead(out block))
        {
            return PacketRingStatus.Block;
        }

        long started = Stopwatch.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            if (_isRemoved)
            {
                return PacketRingStatus.InterfaceRemoved;
            }

            TimeSpan left = Timeout.InfiniteTimeSpan;
            if (timeout != Timeout.InfiniteTimeSpan)
            {
                left = timeout - Stopwatch.GetElapsedTime(started);
                if (left < TimeSpan.Zero)
                {
                    left = TimeSpan.Zero;
                }
            }

            bool isSlice = _wasDown && (left == Timeout.InfiniteTimeSpan || left > s_removalCheck);
            WaitOutcome outcome = _wait.Wait(isSlice ? s_removalCheck : left, cancellationToken, out short events);
            if (outcome == WaitOutcome.Cancelled)
            {
                break;
            }

            if (TryRead(out block))
            {
                return PacketRingStatus.Block;
            }

            if (outcome == WaitOutcome.Ready && (events & ~Constants.PollIn) != 0 && TakeInterfaceError(events))
            {
                return _isRemoved ? PacketRingStatus.InterfaceRemoved : PacketRingStatus.InterfaceDown;
            }

            if (outcome == WaitOutcome.TimedOut)
            {
                if (_wasDown && PacketSockets.GetBoundInterface(_socket, out _) < 1)
                {
                    _isRemoved = true;
                }
                else if (!isSlice)
                {
                    return PacketRingStatus.TimedOut;
                }
            }
        }

        return PacketRingStatus.Cancelled;
    }

    private static void Check(PacketRingOptions options)
    {
        if (options.BlockSizeBytes <= 0 || options.BlockSizeBytes % Environment.SystemPageSize != 0)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The block size must be a multiple of {Environment.SystemPageSize}, not {options.BlockSizeBytes}."),
                nameof(options));
        }

        if (options.BlockCount <= 0 || (long)options.BlockSizeBytes * options.BlockCount > int.MaxValue)
        {
            throw new ArgumentException("The ring must have at least one block and less than 2 GiB.", nameof(options));
        }

        if (options.SnapLength <= 0)
        {
            throw new ArgumentException("The snap length must be at least one byte.", nameof(options));
        }

        if (options.BlockTimeout < TimeSpan.FromMilliseconds(1) || options.BlockTimeout > TimeSpan.FromSeconds(10))
        {
            throw new ArgumentException("The block timeout must be between 1 ms and 10 s.", nameof(options));
        }

        if (options.InterfaceName is null && options.InterfaceIndex <= 0)
        {
            throw new ArgumentException("An interface name or index is needed.", nameof(options));
        }
    }

    /// <summary>The filter for the kernel; null when all packets are wanted whole.</summary>
    private static BpfProgram? PrepareFilter(PacketRingOptions options)
    {
        if (options.Filter is null)
        {
            return options.SnapLength >= BpfCompiler.DefaultSnapLength ? null : BpfProgram.AcceptAll(options.SnapLength);
        }

        BpfProgram filter;
        try
        {
            filter = options.Filter.WithSnapLength(options.SnapLength).ForVlanOffload();
        }
        catch (NotSupportedException exception)
        {
            throw new LinuxException("attach filter", Errno.None, LinuxErrorReason.NotSupported, exception.Message);
        }

        return filter.FitsKernel
            ? filter
            : throw new LinuxException(
                "attach filter",
                Errno.None,
                LinuxErrorReason.InvalidArgument,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it has {filter.Instructions.Length} instructions; the kernel's limit is {BpfProgram.MaximumKernelInstructions}"));
    }

    /// <summary>Fetches the error that woke the reader.</summary>
    /// <returns>Whether it is about the interface.</returns>
    private bool TakeInterfaceError(short events)
    {
        if ((events & Constants.PollInvalid) != 0)
        {
            throw new LinuxException("poll packet ring", Errno.BadDescriptor);
        }

        Errno error = PacketSockets.TakeError(_socket);
        switch (error)
        {
            case Errno.None:
                return false;
            case Errno.NetworkDown or Errno.NoDevice or Errno.NoAddress:
                _wasDown = true;
                _isRemoved = PacketSockets.GetBoundInterface(_socket, out _) < 1;
                return true;
            default:
                throw new LinuxException("read packet ring", error);
        }
    }

    private Span<byte> Block() => _memory.Slice((nuint)_block * (nuint)_blockSize, _blockSize);

    private static ref uint Status(Span<byte> block) =>
        ref MemoryMarshal.AsRef<uint>(block[BlockStatusOffset..]);
}
