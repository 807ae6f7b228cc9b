using System.Globalization;
using Skydive.Linux.Bpf;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Packets;

/// <summary>
/// Captures the packets of an interface through the system's libpcap. Needs CAP_NET_RAW, and CAP_SYS_ADMIN to open in another namespace. One thread
/// reads; <see cref="GetStatistics"/> and <see cref="Dispose"/> may be called from any thread while it waits, not while it reads packets.
/// </summary>
/// <remarks>Packets come with their VLAN tags in place, and nothing is allocated for them. Source: <c>pcap(3)</c>.</remarks>
public sealed unsafe class PcapDevice : IDisposable
{
    private const int ErrorSize = 256; // PCAP_ERRBUF_SIZE
    private const int NameSize = 16; // IF_NAMESIZE
    private const int PermissionDenied = -8; // PCAP_ERROR_PERM_DENIED
    private const int NoSuchDevice = -5; // PCAP_ERROR_NO_SUCH_DEVICE
    private const int NotUp = -9; // PCAP_ERROR_IFACE_NOT_UP

    private readonly Libpcap _pcap;
    private readonly Lock _gate = new();
    private readonly SafeDescriptor _descriptor;
    private readonly DescriptorWait _wait;
    private readonly bool _knowsInterface;
    private readonly int _nanosecondsPerFraction;
    private readonly uint[] _last = new uint[3];
    private nint _handle;
    private long _packets;
    private long _drops;
    private long _interfaceDrops;

    private PcapDevice(Libpcap pcap, nint handle, bool knowsInterface)
    {
        _pcap = pcap;
        _handle = handle;
        _knowsInterface = knowsInterface;
        _nanosecondsPerFraction = pcap.HasNanoseconds(handle) ? 1 : 1000;
        LinkType = (LinkType)pcap.GetLinkType(handle);
        _descriptor = new SafeDescriptor(pcap.GetSelectable(handle), ownsHandle: false);
        _wait = new DescriptorWait(_descriptor);
    }

    /// <summary>What packets begin with.</summary>
    public LinkType LinkType { get; }

    /// <summary>Opens an interface; it captures from then on.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="BpfSyntaxException">libpcap does not accept the filter.</exception>
    /// <exception cref="LinuxException">
    /// libpcap is missing (<see cref="LinuxErrorReason.NotSupported"/>), the process lacks a capability, or the interface is gone or down.
    /// </exception>
    public static PcapDevice Open(PcapDeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var pcap = Libpcap.Instance ?? throw new LinuxException(
            "open an interface with libpcap", Errno.None, LinuxErrorReason.NotSupported, "libpcap is not installed (package libpcap0.8 or libpcap)");
        if (options.Namespace is not { } target)
        {
            return Open(pcap, options, knowsInterface: true);
        }

        using var own = NetworkNamespace.OpenCurrent();
        bool isOwn = own.Id == target.Id;
        return target.Run((pcap, options, isOwn), static state => Open(state.pcap, state.options, state.isOwn));
    }

    /// <summary>Waits for packets.</summary>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    public PcapDeviceStatus Wait(TimeSpan timeout, CancellationToken cancellationToken) => _wait.Wait(timeout, cancellationToken, out _) switch
    {
        WaitOutcome.Ready => PcapDeviceStatus.Ready,
        WaitOutcome.TimedOut => PcapDeviceStatus.TimedOut,
        _ => PcapDeviceStatus.Cancelled,
    };

    /// <summary>Gives the next packet, and does not wait for it.</summary>
    /// <param name="data">The bytes; valid until the next call.</param>
    /// <param name="originalLength">How many there were on the wire.</param>
    /// <param name="timestampNanoseconds">When it was seen: nanoseconds since 1970-01-01 UTC.</param>
    /// <returns>False when there is none now.</returns>
    /// <exception cref="LinuxException">The interface went down or is gone, or the capture is broken.</exception>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    public bool TryReadNext(out ReadOnlySpan<byte> data, out int originalLength, out long timestampNanoseconds)
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        Libpcap.PacketHeader* header;
        byte* bytes;
        int status = _pcap.Next(_handle, &header, &bytes);
        if (status != 1)
        {
            data = default;
            originalLength = 0;
            timestampNanoseconds = 0;
            return status == 0 ? false : throw new LinuxException("read packets with libpcap", Errno.None, LinuxErrorReason.Other, _pcap.GetError(_handle));
        }

        data = new ReadOnlySpan<byte>(bytes, checked((int)header->CapturedLength));
        originalLength = (int)Math.Min(header->Length, int.MaxValue);
        timestampNanoseconds = (header->Seconds * 1_000_000_000L) + (header->Fraction * (long)_nanosecondsPerFraction);
        return true;
    }

    /// <summary>The counters; the last ones once the device is disposed.</summary>
    public PcapDeviceStatistics GetStatistics()
    {
        lock (_gate)
        {
            uint* counters = stackalloc uint[3];
            if (_handle != 0 && _pcap.GetStatistics(_handle, counters) == 0)
            {
                // They have 32 bits, and overflow.
                _packets += counters[0] - _last[0];
                _drops += counters[1] - _last[1];
                _interfaceDrops += counters[2] - _last[2];
                new ReadOnlySpan<uint>(counters, 3).CopyTo(_last);
            }

            return new(_packets, _drops, _knowsInterface ? _interfaceDrops : null);
        }
    }

    /// <summary>Ends the capture and a wait in progress.</summary>
    public void Dispose()
    {
        GetStatistics();
        _wait.Dispose();
        _descriptor.Dispose();
        lock (_gate)
        {
            if (_handle != 0)
            {
                _pcap.Close(_handle);
                _handle = 0;
            }
        }
    }

    private static PcapDevice Open(Libpcap pcap, PcapDeviceOptions options, bool knowsInterface)
    {
        byte* name = stackalloc byte[NameSize];
        if (Libc.InterfaceName((uint)options.InterfaceIndex, name) == 0)
        {
            throw LinuxException.FromLastError(string.Create(CultureInfo.InvariantCulture, $"find interface {options.InterfaceIndex}"));
        }

        byte* error = stackalloc byte[ErrorSize];
        error[0] = 0;
        nint handle = pcap.Create(name, error);
        if (handle == 0)
        {
            throw new LinuxException("pcap_create", Errno.None, LinuxErrorReason.Other, Libpcap.Text(error));
        }

        try
        {
            pcap.Configure(handle, options.SnapLength, options.Promiscuous, (int)options.PacketTimeout.TotalMilliseconds, options.BufferSizeBytes);
            int status = pcap.Activate(handle);
            if (status < 0)
            {
                string detail = pcap.GetError(handle);
                throw new LinuxException(
                    $"open {Libpcap.Text(name)} with libpcap",
                    Errno.None,
                    status switch
                    {
                        PermissionDenied => LinuxErrorReason.PermissionDenied,
                        NoSuchDevice => LinuxErrorReason.NotFound,
                        NotUp => LinuxErrorReason.InterfaceDown,
                        _ => LinuxErrorReason.Other,
                    },
                    detail.Length > 0 ? $"{pcap.StatusText(status)}: {detail}" : pcap.StatusText(status));
            }

            if (!string.IsNullOrEmpty(options.Filter))
            {
                BpfCompiler.SetFilter(pcap, handle, options.Filter);
            }

            if (pcap.SetNonBlocking(handle, error) != 0)
            {
                throw new LinuxException("pcap_setnonblock", Errno.None, LinuxErrorReason.Other, Libpcap.Text(error));
            }

            return new PcapDevice(pcap, handle, knowsInterface);
        }
        catch
        {
            pcap.Close(handle);
            throw;
        }
    }
}
