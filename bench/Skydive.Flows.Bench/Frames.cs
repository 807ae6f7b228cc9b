using Skydive.Packets;
using Skydive.Packets.Pcap;

namespace Skydive.Flows.Bench;

/// <summary>All the frames of a trace in memory, one behind the other as in a ring of the kernel's.</summary>
internal sealed class Frames
{
    private readonly byte[] _bytes;
    private readonly List<(int Offset, int Length, int OriginalLength, long Timestamp)> _index = [];

    public Frames(Func<Stream> open)
    {
        using var reader = new PcapReader(open());
        LinkType = reader.LinkType;
        var bytes = new MemoryStream();
        while (reader.TryReadNext(out PcapPacketHeader header, out ReadOnlySpan<byte> data))
        {
            _index.Add(((int)bytes.Length, data.Length, header.OriginalLength, header.TimestampNanoseconds));
            bytes.Write(data);
        }

        _bytes = bytes.ToArray();
    }

    public LinkType LinkType { get; }

    public int Count => _index.Count;

    public ReadOnlySpan<byte> Get(int index, out int originalLength, out long timestampNanoseconds)
    {
        (int offset, int length, originalLength, timestampNanoseconds) = _index[index];
        return _bytes.AsSpan(offset, length);
    }
}
