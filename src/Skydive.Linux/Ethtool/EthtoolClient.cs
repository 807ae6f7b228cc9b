using System.Runtime.InteropServices;
using System.Text;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// Asks the drivers of a namespace's interfaces (<c>SIOCETHTOOL</c>). Needs no privilege. Any thread, in any namespace.
/// Source: <c>linux/ethtool.h</c>.
/// </summary>
public sealed unsafe class EthtoolClient : IDisposable
{
    private const uint GetDriverInfo = 0x00000003; // ETHTOOL_GDRVINFO
    private const uint GetStringSetInfo = 0x00000037; // ETHTOOL_GSSET_INFO
    private const uint GetStrings = 0x0000001b; // ETHTOOL_GSTRINGS
    private const uint GetFeatures = 0x0000003a; // ETHTOOL_GFEATURES
    private const uint GetLinkSettings = 0x0000004c; // ETHTOOL_GLINKSETTINGS
    private const int DriverInfoSize = 196;
    private const int LinkSettingsSize = 48;
    private const int StringSize = 32; // ETH_GSTRING_LEN
    private const int FeatureStringSet = 4; // ETH_SS_FEATURES
    private const int MaximumFeatures = 1024;
    private const uint UnknownSpeed = 0xffffffff; // SPEED_UNKNOWN

    private readonly SafeDescriptor _socket;

    private EthtoolClient(SafeDescriptor socket) => _socket = socket;

    /// <summary>Opens a client.</summary>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread. It may be disposed afterwards.</param>
    /// <returns>The client; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    public static EthtoolClient Open(NetworkNamespace? networkNamespace = null) => new(
        networkNamespace is null
            ? NetworkNamespace.OpenSocket(Constants.AddressFamilyInet, Constants.SocketDatagram, 0)
            : networkNamespace.CreateSocket(Constants.AddressFamilyInet, Constants.SocketDatagram, 0));

    /// <summary>Asks what drives an interface.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="info">The answer; null when there is none.</param>
    /// <returns>False when the interface has no such information (loopback), or is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetDriver(string interfaceName, out DriverInfo? info)
    {
        byte* answer = stackalloc byte[DriverInfoSize];
        new Span<byte>(answer, DriverInfoSize).Clear();
        *(uint*)answer = GetDriverInfo;
        if (!TryAsk(interfaceName, answer))
        {
            info = null;
            return false;
        }

        info = new DriverInfo(Text(answer + 4), Text(answer + 36), Text(answer + 68), Text(answer + 100));
        return true;
    }

    /// <summary>Asks how fast an interface's link is.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="bitsPerSecond">The speed in bits a second; 0 when there is no answer.</param>
    /// <returns>False when the interface does not know (no link, or none to speak of), or is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetSpeed(string interfaceName, out long bitsPerSecond)
    {
        // Three bitmaps of up to 127 words follow the structure.
        const int Size = LinkSettingsSize + (3 * 127 * sizeof(uint));
        byte* answer = stackalloc byte[Size];
        bitsPerSecond = 0;

        // Asked first with no room for bitmaps, the kernel says, as a negative number, how many words it needs.
        sbyte words = 0;
        for (int round = 0; round < 2; round++)
        {
            new Span<byte>(answer, Size).Clear();
            *(uint*)answer = GetLinkSettings;
            *(sbyte*)(answer + 15) = words;
            if (!TryAsk(interfaceName, answer))
            {
                return false;
            }

            sbyte needed = *(sbyte*)(answer + 15);
            if (needed >= 0 || needed == sbyte.MinValue)
            {
                break;
            }

            words = (sbyte)-needed;
        }

        uint megabits = *(uint*)(answer + 4);
        if (*(sbyte*)(answer + 15) <= 0 || megabits is 0 or UnknownSpeed)
        {
            return false;
        }

        bitsPerSecond = megabits * 1_000_000L;
        return true;
    }

    /// <summary>Asks for the offload features of an interface, as <c>ethtool -k</c> names them.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="features">Name to whether it is on; null when there is no answer.</param>
    /// <returns>False when the interface is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetFeatures(string interfaceName, out IReadOnlyDictionary<string, bool>? features)
    {
        features = null;

        // struct ethtool_sset_info: command, reserved, mask of 64 bits, then one count for each set that exists.
        byte* sets = stackalloc byte[24];
        new Span<byte>(sets, 24).Clear();
        *(uint*)sets = GetStringSetInfo;
        *(ulong*)(sets + 8) = 1ul << FeatureStringSet;
        if (!TryAsk(interfaceName, sets))
        {
            return false;
        }

        uint count = *(ulong*)(sets + 8) == 0 ? 0 : *(uint*)(sets + 16);
        if (count > MaximumFeatures)
        {
            throw new LinuxException(
                $"read features of {interfaceName}", Errno.None, LinuxErrorReason.MalformedReply, "more features than there can be");
        }

        // struct ethtool_gstrings: command, set, count, then the names.
        byte[] names = new byte[12 + ((int)count * StringSize)];

        // struct ethtool_gfeatures: command, number of words, then four words for each 32 features, of which the third tells the active.
        int words = ((int)count + 31) / 32;
        byte[] states = new byte[8 + (words * 16)];
        fixed (byte* nameBytes = names, stateBytes = states)
        {
            *(uint*)nameBytes = GetStrings;
            *(uint*)(nameBytes + 4) = FeatureStringSet;
            *(uint*)(nameBytes + 8) = count;
            *(uint*)stateBytes = GetFeatures;
            *(uint*)(stateBytes + 4) = (uint)words;
            if (!TryAsk(interfaceName, nameBytes) || !TryAsk(interfaceName, stateBytes))
            {
                return false;
            }

            var result = new Dictionary<string, bool>((int)count, StringComparer.Ordinal);
            for (int i = 0; i < (int)count; i++)
            {
                string name = Text(nameBytes + 12 + (i * StringSize));
                if (name.Length > 0)
                {
                    uint active = *(uint*)(stateBytes + 8 + (i / 32 * 16) + 8);
                    result[name] = (active & (1u << (i % 32))) != 0;
                }
            }

            features = result;
            return true;
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    private static string Text(byte* field)
    {
        var bytes = new ReadOnlySpan<byte>(field, StringSize);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private bool TryAsk(string interfaceName, byte* command)
    {
        byte* request = stackalloc byte[InterfaceRequest.Size];
        InterfaceRequest.Write(request, interfaceName);
        *(nint*)(request + Constants.InterfaceNameSize) = (nint)command;
        if (Libc.IoControl(_socket, Constants.IoctlEthtool, request) == 0)
        {
            return true;
        }

        var errno = (Errno)Marshal.GetLastPInvokeError();
        return LinuxException.ReasonOf(errno) is LinuxErrorReason.NotFound or LinuxErrorReason.NotSupported
            ? false
            : throw new LinuxException($"SIOCETHTOOL {interfaceName}", errno);
    }
}
