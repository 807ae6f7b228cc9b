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

    private Libpcap(nint library)
    {
        _openDead = (delegate* unmanaged[Cdecl]<int, int, nint>)NativeLibrary.GetExport(library, "pcap_open_dead");
        _compile = (delegate* unmanaged[Cdecl]<nint, Program*, byte*, int, uint, int>)NativeLibrary.GetExport(library, "pcap_compile");
        _getError = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(library, "pcap_geterr");
        _freeCode = (delegate* unmanaged[Cdecl]<Program*, void>)NativeLibrary.GetExport(library, "pcap_freecode");
        _close = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(library, "pcap_close");
        _version = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(library, "pcap_lib_version");
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

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;

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
}
