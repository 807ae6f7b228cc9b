using System.Runtime.InteropServices;

namespace Skydive.Linux.Bpf;

/// <summary>The functions of the system's libpcap that this project uses, found at run time since the library may be missing.</summary>
internal sealed unsafe class Libpcap
{
    /// <summary>Debian's name, the name elsewhere, and that of the development package.</summary>
    private static readonly string[] s_names = ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"];

    private static readonly Lazy<Libpcap?> s_instance = new(Load);

    private readonly delegate* unmanaged[Cdecl]<int, int, nint> _openDead;
    private readonly delegate* unmanaged[Cdecl]<nint, Program*, byte*, int, uint, int> _compile;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*> _getError;
    private readonly delegate* unmanaged[Cdecl]<Program*, void> _freeCode;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _close;
    private readonly delegate* unmanaged[Cdecl]<byte*> _version;
    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, nint> _create;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> _setSnapLength;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> _setPromiscuous;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> _setTimeout;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> _setBufferSize;
    private readonly delegate* unmanaged[Cdecl]<nint, int, int> _setTimestampPrecision;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _getTimestampPrecision;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _activate;
    private readonly delegate* unmanaged[Cdecl]<int, byte*> _statusText;
    private readonly delegate* unmanaged[Cdecl]<nint, int, byte*, int> _setNonBlocking;
    private readonly delegate* unmanaged[Cdecl]<nint, Program*, int> _setFilter;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _linkType;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _selectable;
    private readonly delegate* unmanaged[Cdecl]<nint, PacketHeader**, byte**, int> _next;
    private readonly delegate* unmanaged[Cdecl]<nint, uint*, int> _statistics;

    private Libpcap(nint library)
    {
        _openDead = (delegate* unmanaged[Cdecl]<int, int, nint>)NativeLibrary.GetExport(library, "pcap_open_dead");
        _compile = (delegate* unmanaged[Cdecl]<nint, Program*, byte*, int, uint, int>)NativeLibrary.GetExport(library, "pcap_compile");
        _getError = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(library, "pcap_geterr");
        _freeCode = (delegate* unmanaged[Cdecl]<Program*, void>)NativeLibrary.GetExport(library, "pcap_freecode");
        _close = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "pcap_close");
        _version = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(library, "pcap_lib_version");
        _create = (delegate* unmanaged[Cdecl]<byte*, byte*, nint>)NativeLibrary.GetExport(library, "pcap_create");
        _setSnapLength = (delegate* unmanaged[Cdecl]<nint, int, int>)NativeLibrary.GetExport(library, "pcap_set_snaplen");
        _setPromiscuous = (delegate* unmanaged[Cdecl]<nint, int, int>)NativeLibrary.GetExport(library, "pcap_set_promisc");
        _setTimeout = (delegate* unmanaged[Cdecl]<nint, int, int>)NativeLibrary.GetExport(library, "pcap_set_timeout");
        _setBufferSize = (delegate* unmanaged[Cdecl]<nint, int, int>)NativeLibrary.GetExport(library, "pcap_set_buffer_size");
        _setTimestampPrecision = (delegate* unmanaged[Cdecl]<nint, int, int>)NativeLibrary.GetExport(library, "pcap_set_tstamp_precision");
        _getTimestampPrecision = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "pcap_get_tstamp_precision");
        _activate = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "pcap_activate");
        _statusText = (delegate* unmanaged[Cdecl]<int, byte*>)NativeLibrary.GetExport(library, "pcap_statustostr");
        _setNonBlocking = (delegate* unmanaged[Cdecl]<nint, int, byte*, int>)NativeLibrary.GetExport(library, "pcap_setnonblock");
        _setFilter = (delegate* unmanaged[Cdecl]<nint, Program*, int>)NativeLibrary.GetExport(library, "pcap_setfilter");
        _linkType = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "pcap_datalink");
        _selectable = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(library, "pcap_get_selectable_fd");
        _next = (delegate* unmanaged[Cdecl]<nint, PacketHeader**, byte**, int>)NativeLibrary.GetExport(library, "pcap_next_ex");
        _statistics = (delegate* unmanaged[Cdecl]<nint, uint*, int>)NativeLibrary.GetExport(library, "pcap_stats");
    }

    /// <summary>The library; null when the system has none.</summary>
    internal static Libpcap? Instance => s_instance.Value;

    internal string Version => Text(_version());

    internal nint OpenDead(int linkType, int snapLength) => _openDead(linkType, snapLength);

    internal int Compile(nint handle, Program* program, byte* expression, bool optimize, uint netmask) =>
        _compile(handle, program, expression, optimize ? 1 : 0, netmask);

    internal string GetError(nint handle) => Text(_getError(handle));

    internal void FreeCode(Program* program) => _freeCode(program);

    internal void Close(nint handle) => _close(handle);

    internal nint Create(byte* device, byte* error) => _create(device, error);

    /// <summary>Sets what can be set before a handle is activated.</summary>
    internal void Configure(nint handle, int snapLength, bool promiscuous, int timeoutMilliseconds, int bufferSizeBytes)
    {
        const int Nanoseconds = 1; // PCAP_TSTAMP_PRECISION_NANO
        _setSnapLength(handle, snapLength);
        _setPromiscuous(handle, promiscuous ? 1 : 0);
        _setTimeout(handle, timeoutMilliseconds);
        _setBufferSize(handle, bufferSizeBytes);
        _setTimestampPrecision(handle, Nanoseconds);
    }

    internal bool HasNanoseconds(nint handle) => _getTimestampPrecision(handle) == 1;

    internal int Activate(nint handle) => _activate(handle);

    internal string StatusText(int status) => Text(_statusText(status));

    internal int SetNonBlocking(nint handle, byte* error) => _setNonBlocking(handle, 1, error);

    internal int SetFilter(nint handle, Program* program) => _setFilter(handle, program);

    internal int GetLinkType(nint handle) => _linkType(handle);

    internal int GetSelectable(nint handle) => _selectable(handle);

    internal int Next(nint handle, PacketHeader** header, byte** data) => _next(handle, header, data);

    /// <summary>Reads <c>struct pcap_stat</c>: received, dropped, dropped by the interface.</summary>
    internal int GetStatistics(nint handle, uint* counters) => _statistics(handle, counters);

    internal static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;

    private static Libpcap? Load()
    {
        foreach (string name in s_names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                return new Libpcap(library);
            }
        }

        return null;
    }

    /// <summary><c>struct bpf_program</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Program
    {
        internal uint Length;
        internal BpfInstruction* Instructions;
    }

    /// <summary><c>struct pcap_pkthdr</c>, with a <c>struct timeval</c> of two words.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PacketHeader
    {
        internal nint Seconds;
        internal nint Fraction;
        internal uint CapturedLength;
        internal uint Length;
    }
}
