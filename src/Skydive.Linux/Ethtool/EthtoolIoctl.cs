using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Skydive.Linux.Interop;
using Skydive.Linux.Route;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// Asks about one interface with <c>SIOCETHTOOL</c>, which every kernel knows and every socket takes. Any thread. Answers are false when the
/// interface is gone or its driver has no such information.
/// </summary>
internal sealed unsafe class EthtoolIoctl(SafeDescriptor socket)
{
    private const uint CommandDriverInfo = 0x00000003; // ETHTOOL_GDRVINFO
    private const uint CommandStrings = 0x0000001b; // ETHTOOL_GSTRINGS
    private const uint CommandStatistics = 0x0000001d; // ETHTOOL_GSTATS
    private const uint CommandPermanentAddress = 0x00000020; // ETHTOOL_GPERMADDR
    private const uint CommandStringSetInfo = 0x00000037; // ETHTOOL_GSSET_INFO
    private const uint CommandFeatures = 0x0000003a; // ETHTOOL_GFEATURES
    private const uint CommandLinkSettings = 0x0000004c; // ETHTOOL_GLINKSETTINGS
    private const int DriverInfoSize = 196;
    private const int LinkSettingsSize = 48;
    private const int StringSize = 32; // ETH_GSTRING_LEN
    private const int StringsHeaderSize = 12;
    private const int StatisticsHeaderSize = 8;

    internal bool TryGetDriver(string interfaceName, out DriverInfo? info)
    {
        byte* answer = stackalloc byte[DriverInfoSize];
        new Span<byte>(answer, DriverInfoSize).Clear();
        *(uint*)answer = CommandDriverInfo;
        if (!TryAsk(interfaceName, answer))
        {
            info = null;
            return false;
        }

        info = new DriverInfo(Text(answer + 4), Text(answer + 36), Text(answer + 68), Text(answer + 100));
        return true;
    }

    internal bool TryGetLinkSettings(string interfaceName, out LinkSettings? settings)
    {
        // Three bitmaps of up to 127 words follow the structure.
        const int Size = LinkSettingsSize + (3 * 127 * sizeof(uint));
        byte* answer = stackalloc byte[Size];
        settings = null;

        // Asked first with no room for bitmaps, the kernel says, as a negative number, how many words it needs.
        sbyte words = 0;
        for (int round = 0; round < 2; round++)
        {
            new Span<byte>(answer, Size).Clear();
            *(uint*)answer = CommandLinkSettings;
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

        if (*(sbyte*)(answer + 15) <= 0)
        {
            return false;
        }

        settings = new LinkSettings
        {
            Name = interfaceName,
            BitsPerSecond = LinkSettings.FromMegabits(*(uint*)(answer + 4)),
            Duplex = (Duplex)answer[8],
            IsNegotiated = answer[11] != 0,
        };
        return true;
    }

    internal bool TryGetFeatures(string interfaceName, out EthtoolFeatures? features)
    {
        features = null;
        FeatureCatalog? catalog = FeatureCatalog.Shared;
        if (catalog is null)
        {
            if (!TryGetStrings(interfaceName, EthtoolConstants.FeatureStringSet, EthtoolConstants.MaximumBits, out string[] names))
            {
                return false;
            }

            catalog = new FeatureCatalog(new StringSet(EthtoolConstants.FeatureStringSet, names));
            FeatureCatalog.Shared = catalog;
        }

        // struct ethtool_gfeatures: command, number of words, then four words for each 32 features, of which the third tells the active.
        int words = (catalog.Size + 31) / 32;
        const int MaximumSize = 8 + (EthtoolBitset.MaximumWords * 16);
        byte* answer = stackalloc byte[MaximumSize];
        new Span<byte>(answer, MaximumSize).Clear();
        *(uint*)answer = CommandFeatures;
        *(uint*)(answer + 4) = (uint)words;
        if (!TryAsk(interfaceName, answer))
        {
            return false;
        }

        Span<uint> active = stackalloc uint[words];
        for (int i = 0; i < words; i++)
        {
            active[i] = *(uint*)(answer + 8 + (i * 16) + 8);
        }

        features = catalog.Get(active);
        return true;
    }

    internal bool TryGetPermanentAddress(string interfaceName, out HardwareAddress address)
    {
        // struct ethtool_perm_addr: command, room, then the address.
        const int Size = 8 + HardwareAddress.MaximumLength;
        byte* answer = stackalloc byte[Size];
        new Span<byte>(answer, Size).Clear();
        *(uint*)answer = CommandPermanentAddress;
        *(uint*)(answer + 4) = HardwareAddress.MaximumLength;
        address = default;
        if (!TryAsk(interfaceName, answer))
        {
            return false;
        }

        int length = (int)Math.Min(*(uint*)(answer + 4), HardwareAddress.MaximumLength);
        var found = new HardwareAddress(new ReadOnlySpan<byte>(answer + 8, length));
        if (found.IsZero)
        {
            return false;
        }

        address = found;
        return true;
    }

    internal bool TryGetStatistics(string interfaceName, out Dictionary<string, ulong>? statistics)
    {
        statistics = null;
        if (!TryGetStrings(
            interfaceName, EthtoolConstants.StatisticsStringSet, EthtoolConstants.MaximumStatistics, out string[] names)
            || names.Length == 0)
        {
            return false;
        }

        // struct ethtool_stats: command, count, then the counters. The kernel writes as many as the driver has at that moment, whatever the
        // count in the request: hence room for the most there can be.
        byte[] answer = ArrayPool<byte>.Shared.Rent(StatisticsHeaderSize + (EthtoolConstants.MaximumStatistics * sizeof(ulong)));
        try
        {
            fixed (byte* bytes = answer)
            {
                *(uint*)bytes = CommandStatistics;
                *(uint*)(bytes + 4) = (uint)names.Length;

                // When the count is another now, the driver changed between the two questions: names and counters do not go together.
                if (!TryAsk(interfaceName, bytes) || *(uint*)(bytes + 4) != names.Length)
                {
                    return false;
                }
            }

            ReadOnlySpan<ulong> values = MemoryMarshal.Cast<byte, ulong>(answer.AsSpan(StatisticsHeaderSize));
            statistics = new Dictionary<string, ulong>(names.Length, StringComparer.Ordinal);
            for (int i = 0; i < names.Length; i++)
            {
                if (names[i].Length > 0)
                {
                    statistics[names[i]] = values[i];
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    private static string Text(byte* field)
    {
        var bytes = new ReadOnlySpan<byte>(field, StringSize);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private bool TryGetStrings(string interfaceName, int set, int maximum, out string[] names)
    {
        names = [];

        // struct ethtool_sset_info: command, reserved, mask of 64 bits, then one count for each set that exists.
        byte* sets = stackalloc byte[24];
        new Span<byte>(sets, 24).Clear();
        *(uint*)sets = CommandStringSetInfo;
        *(ulong*)(sets + 8) = 1ul << set;
        if (!TryAsk(interfaceName, sets))
        {
            return false;
        }

        uint count = *(ulong*)(sets + 8) == 0 ? 0 : *(uint*)(sets + 16);
        if (count > maximum)
        {
            throw new LinuxException(
                $"read names of {interfaceName}", Errno.None, LinuxErrorReason.MalformedReply, "more names than there can be");
        }

        if (count == 0)
        {
            return true;
        }

        // struct ethtool_gstrings: command, set, count, then the names. As with counters, the kernel decides how many it writes.
        byte[] answer = ArrayPool<byte>.Shared.Rent(StringsHeaderSize + (maximum * StringSize));
        try
        {
            fixed (byte* bytes = answer)
            {
                *(uint*)bytes = CommandStrings;
                *(uint*)(bytes + 4) = (uint)set;
                *(uint*)(bytes + 8) = count;
                if (!TryAsk(interfaceName, bytes))
                {
                    return false;
                }

                names = new string[Math.Min(*(uint*)(bytes + 8), count)];
                for (int i = 0; i < names.Length; i++)
                {
                    names[i] = Text(bytes + StringsHeaderSize + (i * StringSize));
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    private bool TryAsk(string interfaceName, byte* command)
    {
        byte* request = stackalloc byte[InterfaceRequest.Size];
        InterfaceRequest.Write(request, interfaceName);
        *(nint*)(request + Constants.InterfaceNameSize) = (nint)command;
        if (Libc.IoControl(socket, Constants.IoctlEthtool, request) == 0)
        {
            return true;
        }

        var errno = (Errno)Marshal.GetLastPInvokeError();
        return LinuxException.ReasonOf(errno) is LinuxErrorReason.NotFound or LinuxErrorReason.NotSupported
            ? false
            : throw new LinuxException($"SIOCETHTOOL {interfaceName}", errno);
    }
}
