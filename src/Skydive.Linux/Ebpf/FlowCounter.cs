using System.Runtime.InteropServices;
using Skydive.Linux.Interop;
using Skydive.Linux.Packets;

namespace Skydive.Linux.Ebpf;

/// <summary>
/// Counts the flows of an interface in the kernel: a small program sees every packet, and no packet leaves the kernel. Reading takes the counted
/// flows out, so that each reading gives what came since the last. Needs CAP_BPF and CAP_NET_ADMIN (or CAP_SYS_ADMIN), and Linux 5.8.
/// </summary>
/// <remarks>
/// One thread reads; <see cref="GetTotals"/> may be called from any. Nothing stays behind in the kernel when it is disposed, or when the process dies.
/// Other programs on the same interface are not disturbed.
/// </remarks>
public sealed class FlowCounter : IDisposable
{
    private const uint AllocateAsNeeded = 1; // BPF_F_NO_PREALLOC
    private const uint Ingress = 46; // BPF_TCX_INGRESS
    private const uint Egress = 47; // BPF_TCX_EGRESS
    private const int Next = -1; // TCX_NEXT
    private const int Drop = 0;
    private const int OptionAttachBpf = 50; // SO_ATTACH_BPF
    private const int OptionAddMembership = 1; // PACKET_ADD_MEMBERSHIP

    private readonly SafeDescriptor _flows;
    private readonly SafeDescriptor _totals;

    // Links at the hooks, or none.
    private readonly SafeDescriptor[] _links;
    private readonly SafeDescriptor _socket;
    private readonly byte[] _totalsOfProcessors;
    private uint _position;
    private bool _isInside;

    private FlowCounter(SafeDescriptor flows, SafeDescriptor totals, SafeDescriptor[] links, SafeDescriptor socket, int processors)
    {
        _flows = flows;
        _totals = totals;
        _links = links;
        _socket = socket;
        _totalsOfProcessors = new byte[processors * FlowCounterLayout.TotalsSize];
    }

    /// <summary>Where packets are seen.</summary>
    public FlowCounterMethod Method => _links.Length > 0 ? FlowCounterMethod.TrafficControl : FlowCounterMethod.Socket;

    /// <summary>Whether the interface is still there.</summary>
    /// <exception cref="LinuxException">The kernel does not tell.</exception>
    public bool IsAttached => _links.Length > 0 ? EbpfSystem.GetInterface(_links[0]) != 0 : PacketSockets.GetBoundInterface(_socket, out _) > 0;

    /// <summary>Begins to count.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="EbpfException">The kernel refuses the program.</exception>
    /// <exception cref="LinuxException">The process lacks a capability, there is no such interface, or memory is short.</exception>
    public static FlowCounter Open(FlowCounterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumEntries, 1, nameof(options));
        return options.Namespace is { } target ? target.Run(options, OpenHere) : OpenHere(options);
    }

    /// <summary>Takes counted flows out. After the last of them the next call begins anew.</summary>
    /// <param name="keys">Room for the flows; some hundreds at least.</param>
    /// <param name="values">Room for what was counted of each; as much.</param>
    /// <param name="count">How many there are.</param>
    /// <returns>False when these were the last for now.</returns>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public bool Take(Span<FlowCounterKey> keys, Span<FlowCounterValue> values, out int count)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, keys.Length, nameof(values));
        uint found = (uint)keys.Length;
        var errno = EbpfSystem.TakeBatch(_flows, !_isInside, ref _position, MemoryMarshal.AsBytes(keys), MemoryMarshal.AsBytes(values), ref found);
        count = (int)found;
        if (errno is not (Errno.None or Errno.NoEntry))
        {
            _isInside = false;
            throw new LinuxException("read BPF map", errno);
        }

        _isInside = errno == Errno.None;
        return _isInside;
    }

    /// <summary>What passed so far.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    /// <exception cref="ObjectDisposedException">The counter is disposed.</exception>
    public FlowCounterTotals GetTotals()
    {
        lock (_totalsOfProcessors)
        {
            EbpfSystem.Lookup(_totals, 0, _totalsOfProcessors);
            long packets = 0;
            long bytes = 0;
            long refused = 0;
            for (int offset = 0; offset < _totalsOfProcessors.Length; offset += FlowCounterLayout.TotalsSize)
            {
                var totals = _totalsOfProcessors.AsSpan(offset);
                packets += MemoryMarshal.Read<long>(totals[FlowCounterLayout.TotalPackets..]);
                bytes += MemoryMarshal.Read<long>(totals[FlowCounterLayout.TotalBytes..]);
                refused += MemoryMarshal.Read<long>(totals[FlowCounterLayout.TotalRefused..]);
            }

            return new(packets, bytes, refused);
        }
    }

    /// <summary>Ends counting. What was not taken is lost.</summary>
    public void Dispose()
    {
        foreach (var link in _links)
        {
            link.Dispose();
        }

        _socket.Dispose();
        _flows.Dispose();
        _totals.Dispose();
    }

    // In the namespace of the interface.
    private static FlowCounter OpenHere(FlowCounterOptions options)
    {
        var owned = new List<SafeDescriptor>();
        try
        {
            var flows = Own(EbpfSystem.CreateMap(
                EbpfMapType.Hash, FlowCounterLayout.KeySize, FlowCounterLayout.ValueSize, options.MaximumEntries, AllocateAsNeeded, "skydive_flows"));
            var totals = Own(EbpfSystem.CreateMap(EbpfMapType.PerProcessorArray, sizeof(int), FlowCounterLayout.TotalsSize, 1, 0, "skydive_totals"));
            var socket = Own(PacketSockets.Open(null));
            SafeDescriptor[] links = [];
            if (options.Method != FlowCounterMethod.Socket)
            {
                links = AttachToHooks(options, flows, totals);
                owned.AddRange(links);
            }

            // Without a filter of ours the socket is to receive nothing: it keeps the interface promiscuous.
            if (links.Length == 0)
            {
                using var program = EbpfSystem.LoadProgram(
                    EbpfProgramType.SocketFilter, 0, FlowCounterProgram.Assemble(flows, totals, isDirect: false, options.IsEthernet, Drop), "skydive_flow");
                PacketSockets.Set(socket, Constants.LevelSocket, OptionAttachBpf, (int)program.DangerousGetHandle(), "SO_ATTACH_BPF");
            }

            PacketSockets.Bind(socket, options.InterfaceIndex, links.Length == 0 ? PacketSockets.ProtocolAll : (ushort)0, $"interface {options.InterfaceIndex}");
            if (options.Promiscuous)
            {
                var membership = new PacketMembership { Index = options.InterfaceIndex, Type = PacketMembership.Promiscuous };
                PacketSockets.Set(socket, PacketSockets.LevelPacket, OptionAddMembership, membership, "PACKET_ADD_MEMBERSHIP");
            }

            return new(flows, totals, links, socket, PossibleProcessors());
        }
        catch
        {
            owned.ForEach(static descriptor => descriptor.Dispose());
            throw;
        }

        SafeDescriptor Own(SafeDescriptor descriptor)
        {
            owned.Add(descriptor);
            return descriptor;
        }
    }

    /// <summary>Attaches to what comes in and to what goes out.</summary>
    /// <returns>The links; none when the kernel has no such hooks and others may be used.</returns>
    private static SafeDescriptor[] AttachToHooks(FlowCounterOptions options, SafeDescriptor flows, SafeDescriptor totals)
    {
        var links = new List<SafeDescriptor>();
        try
        {
            using var program = EbpfSystem.LoadProgram(
                EbpfProgramType.Classifier, 0, FlowCounterProgram.Assemble(flows, totals, isDirect: true, options.IsEthernet, Next), "skydive_flow");
            links.Add(EbpfSystem.AttachToInterface(program, options.InterfaceIndex, Ingress));
            links.Add(EbpfSystem.AttachToInterface(program, options.InterfaceIndex, Egress));
            return [.. links];
        }
        catch (LinuxException e) when (e is not EbpfException && options.Method == FlowCounterMethod.Best && e.Reason is LinuxErrorReason.InvalidArgument or LinuxErrorReason.NotSupported)
        {
            // A kernel before 6.6, or without these hooks.
            links.ForEach(static link => link.Dispose());
            return [];
        }
        catch
        {
            links.ForEach(static link => link.Dispose());
            throw;
        }
    }

    /// <summary>How many processors the kernel has room for, since it gives as many counters.</summary>
    private static int PossibleProcessors()
    {
        // Such as 0-3 or 0.
        string text = File.ReadAllText("/sys/devices/system/cpu/possible").Trim();
        return int.Parse(text[(text.LastIndexOfAny(['-', ',']) + 1)..], System.Globalization.CultureInfo.InvariantCulture) + 1;
    }
}
