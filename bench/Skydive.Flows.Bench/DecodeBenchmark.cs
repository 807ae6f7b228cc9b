using Skydive.Packets;

namespace Skydive.Flows.Bench;

internal sealed class DecodeBenchmark(Func<Stream> open) : Benchmark
{
    private readonly Frames _frames = new(open);
    private ulong _sum;

    public override string Remark => _sum == 0 ? ", nothing decoded" : string.Empty;

    public override long Run(string part)
    {
        for (int i = 0; i < _frames.Count; i++)
        {
            PacketDecoder.TryDecode(_frames.Get(i, out _, out _), _frames.LinkType, default, out DecodedPacket packet);
            _sum += packet.SourceLow + packet.SourcePort;
        }

        return _frames.Count;
    }
}
