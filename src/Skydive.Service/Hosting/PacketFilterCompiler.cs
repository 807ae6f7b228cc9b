using Skydive.Gremlin;
using Skydive.Linux;
using Skydive.Linux.Bpf;

namespace Skydive.Service.Hosting;

/// <summary>Makes filters of packets with the system's libpcap.</summary>
internal sealed class PacketFilterCompiler : IPacketFilterCompiler
{
    // LINKTYPE_RAW, the number of raw IP packets in files, is another than libpcap's own, DLT_RAW.
    private const int RawInFiles = 101;

    /// <inheritdoc/>
    public Predicate<ReadOnlyMemory<byte>> Compile(string expression, int linkType)
    {
        try
        {
            var program = BpfCompiler.Compile(expression, linkType == RawInFiles ? LinkType.RawIp : (LinkType)linkType);
            return packet => program.Matches(packet.Span);
        }
        catch (Exception e) when (e is BpfSyntaxException or LinuxException)
        {
            throw new ArgumentException(e.Message, e);
        }
    }
}
