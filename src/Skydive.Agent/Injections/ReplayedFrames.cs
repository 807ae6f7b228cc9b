using Skydive.Contracts.Injections;
using Skydive.Packets;
using Skydive.Packets.Pcap;

namespace Skydive.Agent.Injections;

/// <summary>The frames of a pcap file, over and over, at the times of the file or at an interval.</summary>
internal sealed class ReplayedFrames : IFrameSeries
{
    private readonly List<(byte[] Frame, TimeSpan Due)> _frames = [];
    private readonly TimeSpan? _interval;
    private readonly TimeSpan _cycle;

    /// <summary>Reads the file.</summary>
    /// <param name="injection">The order, with the file.</param>
    /// <param name="hasEthernet">Whether frames of the interface begin with an Ethernet header; else they are IP packets.</param>
    /// <exception cref="FormatException">The file is none, has no packets, or its packets are not for this interface.</exception>
    public ReplayedFrames(Injection injection, bool hasEthernet)
    {
        _interval = injection.Interval > 0 ? TimeSpan.FromMilliseconds(injection.Interval) : null;
        try
        {
            using var reader = new PcapReader(new MemoryStream(injection.Pcap!, writable: false));
            long begin = 0;
            while (reader.TryReadNext(out var header, out var data))
            {
                bool isIp = reader.LinkType is LinkType.Raw or LinkType.RawBsd or LinkType.RawOpenBsd or LinkType.IPv4 or LinkType.IPv6;
                if (hasEthernet ? reader.LinkType != LinkType.Ethernet : !isIp)
                {
                    throw new FormatException($"packets of the pcap file are {reader.LinkType}, the interface takes {(hasEthernet ? "Ethernet frames" : "IP packets")}");
                }

                if (_frames.Count == 0)
                {
                    begin = header.TimestampNanoseconds;
                }

                // Files that were merged may go back in time: what is late is due at once.
                var due = TimeSpan.FromTicks(Math.Max(0, header.TimestampNanoseconds - begin) / TimeSpan.NanosecondsPerTick);
                _frames.Add((data.ToArray(), _frames.Count > 0 && due < _frames[^1].Due ? _frames[^1].Due : due));
                MaximumLength = Math.Max(MaximumLength, data.Length);
            }
        }
        catch (PcapFormatException e)
        {
            throw new FormatException($"the pcap file cannot be read: {e.Message}", e);
        }

        if (_frames.Count == 0)
        {
            throw new FormatException("there are no packets in the pcap file");
        }

        // From the last frame to the first of the next turn as much time goes by as between two frames of the file.
        _cycle = _frames[^1].Due + (_frames.Count > 1 ? _frames[^1].Due / (_frames.Count - 1) : TimeSpan.Zero);
        Count = injection.Count > 0 ? injection.Count : _frames.Count;
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public int MaximumLength { get; }

    /// <inheritdoc/>
    public bool IsTimed => true;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Get(long index) => _frames[(int)(index % _frames.Count)].Frame;

    /// <inheritdoc/>
    public TimeSpan GetDue(long index) =>
        _interval is { } interval ? interval * index : (_cycle * (index / _frames.Count)) + _frames[(int)(index % _frames.Count)].Due;
}
