using System.Text;

namespace Skydive.Linux.Bpf;

/// <summary>
/// Compiles filter expressions (<c>pcap-filter(7)</c>) with the system's libpcap. Any thread; compilations run one after the other, since
/// libpcap before 1.8 shares its parser's state.
/// </summary>
/// <remarks>
/// <para>
/// The programs are for packets with their VLAN tags in place, as files hold them. On Linux, a capture's filter runs in the kernel after
/// the outermost tag was taken out: hand the program to <see cref="Packets.PacketRing"/>, which rewrites it
/// (<see cref="BpfProgram.ForVlanOffload"/>).
/// </para>
/// <para>Host and service names in an expression are looked up when it is compiled, which may wait for a name server.</para>
/// </remarks>
public static unsafe class BpfCompiler
{
    /// <summary>The default length of captured packets, which holds the largest.</summary>
    public const int DefaultSnapLength = 262144;

    /// <summary>The longest expression, in UTF-8 bytes.</summary>
    public const int MaximumExpressionLength = 64 << 10;

    private const uint UnknownNetmask = 0xffffffff; // PCAP_NETMASK_UNKNOWN

    private static readonly Lock s_compiling = new();

    /// <summary>Whether the system has libpcap. Without it only captures without filter expressions are possible.</summary>
    public static bool IsAvailable => Libpcap.Instance is not null;

    /// <summary>What libpcap says of itself, such as <c>libpcap version 1.10.3 (with TPACKET_V3)</c>; null when it is missing.</summary>
    public static string? LibraryVersion => Libpcap.Instance?.Version;

    /// <summary>Compiles an expression.</summary>
    /// <param name="expression">The expression; empty takes every packet.</param>
    /// <param name="linkType">What the packets begin with.</param>
    /// <param name="snapLength">How many bytes the program says to keep of each packet that it takes.</param>
    /// <returns>The program.</returns>
    /// <exception cref="BpfSyntaxException">libpcap does not accept the expression, or finds that no packet can match it.</exception>
    /// <exception cref="LinuxException">libpcap is missing (<see cref="LinuxErrorReason.NotSupported"/>).</exception>
    public static BpfProgram Compile(string expression, LinkType linkType = LinkType.Ethernet, int snapLength = DefaultSnapLength)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(snapLength);
        Libpcap pcap = Libpcap.Instance ?? throw new LinuxException(
            "compile a filter expression", Errno.None, LinuxErrorReason.NotSupported, "libpcap is not installed (package libpcap0.8 or libpcap)");
        if (expression.Contains('\0', StringComparison.Ordinal))
        {
            throw new BpfSyntaxException(expression, "the expression holds a zero character");
        }

        if (Encoding.UTF8.GetByteCount(expression) > MaximumExpressionLength)
        {
            throw new BpfSyntaxException(expression, "the expression is longer than 64 KiB");
        }

        byte[] text = new byte[Encoding.UTF8.GetByteCount(expression) + 1];
        Encoding.UTF8.GetBytes(expression, text);
        lock (s_compiling)
        {
            nint handle = pcap.OpenDead((int)linkType, snapLength);
            if (handle == 0)
            {
                throw new LinuxException("pcap_open_dead", Errno.NoMemory);
            }

            try
            {
                return Compile(pcap, handle, expression, text);
            }
            finally
            {
                pcap.Close(handle);
            }
        }
    }

    /// <summary>Says what is wrong with an expression, without keeping the program.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="linkType">What the packets begin with.</param>
    /// <returns>libpcap's error; null when the expression is fine.</returns>
    /// <exception cref="LinuxException">libpcap is missing (<see cref="LinuxErrorReason.NotSupported"/>).</exception>
    public static string? Check(string expression, LinkType linkType = LinkType.Ethernet)
    {
        try
        {
            Compile(expression, linkType);
            return null;
        }
        catch (BpfSyntaxException exception)
        {
            return exception.Error;
        }
    }

    /// <summary>Compiles an expression for an activated capture, whose packets may have lost their VLAN tags, and makes it the capture's filter.</summary>
    /// <exception cref="BpfSyntaxException">libpcap does not accept the expression.</exception>
    internal static void SetFilter(Libpcap pcap, nint handle, string expression)
    {
        byte[] text = new byte[Encoding.UTF8.GetByteCount(expression) + 1];
        Encoding.UTF8.GetBytes(expression, text);
        Libpcap.Program program = default;
        lock (s_compiling)
        {
            fixed (byte* bytes = text)
            {
                if (pcap.Compile(handle, &program, bytes, optimize: true, UnknownNetmask) != 0)
                {
                    throw new BpfSyntaxException(expression, pcap.GetError(handle));
                }
            }
        }

        try
        {
            if (pcap.SetFilter(handle, &program) != 0)
            {
                throw new BpfSyntaxException(expression, pcap.GetError(handle));
            }
        }
        finally
        {
            pcap.FreeCode(&program);
        }
    }

    private static BpfProgram Compile(Libpcap pcap, nint handle, string expression, byte[] text)
    {
        Libpcap.Program program = default;
        fixed (byte* bytes = text)
        {
            if (pcap.Compile(handle, &program, bytes, optimize: true, UnknownNetmask) != 0)
            {
                throw new BpfSyntaxException(expression, pcap.GetError(handle));
            }
        }

        try
        {
            return new BpfProgram(new ReadOnlySpan<BpfInstruction>(program.Instructions, checked((int)program.Length)));
        }
        catch (ArgumentException exception)
        {
            throw new BpfSyntaxException(expression, exception.Message);
        }
        finally
        {
            pcap.FreeCode(&program);
        }
    }
}
