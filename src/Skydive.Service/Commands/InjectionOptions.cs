using System.CommandLine;
using Skydive.Contracts.Injections;

namespace Skydive.Service.Commands;

/// <summary>What packets are to be sent: the options of <c>client injection create</c> and of <c>inject-packet</c>.</summary>
internal sealed class InjectionOptions
{
    private readonly Option<string> _sourceAddress = new("--src-ip", "--srcIP") { Description = "Source address. Default: the source's.", DefaultValueFactory = static _ => string.Empty };
    private readonly Option<string> _destinationAddress = new("--dst-ip", "--dstIP") { Description = "Destination address. Default: the destination's.", DefaultValueFactory = static _ => string.Empty };
    private readonly Option<string> _sourceMac = new("--src-mac", "--srcMAC") { Description = "Source MAC address. Default: the source's.", DefaultValueFactory = static _ => string.Empty };
    private readonly Option<string> _destinationMac = new("--dst-mac", "--dstMAC") { Description = "Destination MAC address. Default: that of the next hop.", DefaultValueFactory = static _ => string.Empty };
    private readonly Option<ushort> _sourcePort = new("--src-port", "--srcPort") { Description = "Source port. Default: one at random." };
    private readonly Option<ushort> _destinationPort = new("--dst-port", "--dstPort") { Description = "Destination port. Default: one at random." };
    private readonly Option<string> _type = new("--type") { Description = $"{string.Join(", ", InjectionTypes.All)}.", DefaultValueFactory = static _ => InjectionTypes.IcmpV4 };
    private readonly Option<string> _payload = new("--payload") { Description = "What the packets carry. Default: 56 letters.", DefaultValueFactory = static _ => string.Empty };
    private readonly Option<FileInfo?> _pcap = new("--pcap") { Description = "A pcap file whose packets are sent as they are." };
    private readonly Option<ushort> _identifier = new("--id") { Description = "ICMP identifier. Default: one at random." };
    private readonly Option<string> _mode = new("--mode") { Description = "unique: all packets of a source have the same ICMP identifier or source port; random: each has its own.", DefaultValueFactory = static _ => InjectionModes.Unique };
    private readonly Option<int> _increment = new("--inc-payload") { Description = "By how many bytes the payload grows from packet to packet." };
    private readonly Option<long?> _count = new("--count") { Description = "How many packets each source sends. Default: 1, or the whole pcap file." };
    private readonly Option<long?> _interval = new("--interval") { Description = "Milliseconds between two packets; 0 for as fast as possible. Default: 1000, or the times of the pcap file." };
    private readonly Option<byte> _timeToLive = new("--ttl") { Description = "Time to live, or hop limit.", DefaultValueFactory = static _ => Injection.DefaultTimeToLive };

    public InjectionOptions() => _mode.AcceptOnlyFromAmong(InjectionModes.Unique, InjectionModes.Random);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_sourceAddress, _destinationAddress, _sourceMac, _destinationMac, _sourcePort, _destinationPort, _type, _payload, _pcap, _identifier, _mode, _increment, _count, _interval, _timeToLive])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The injection that was asked for, without source and destination nodes.</summary>
    /// <exception cref="IOException">The pcap file cannot be read.</exception>
    public async Task<Injection> ReadAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var file = result.GetValue(_pcap);
        return new()
        {
            SrcIP = result.GetValue(_sourceAddress)!,
            DstIP = result.GetValue(_destinationAddress)!,
            SrcMAC = result.GetValue(_sourceMac)!,
            DstMAC = result.GetValue(_destinationMac)!,
            SrcPort = result.GetValue(_sourcePort),
            DstPort = result.GetValue(_destinationPort),
            Type = result.GetValue(_type)!,
            Payload = result.GetValue(_payload)!,
            ICMPID = result.GetValue(_identifier),
            Count = result.GetValue(_count) ?? (file is null ? Injection.DefaultCount : 0),
            Interval = result.GetValue(_interval) ?? (file is null ? 1000 : 0),
            Mode = result.GetValue(_mode)!,
            IncrementPayload = result.GetValue(_increment),
            Pcap = file is null ? null : await File.ReadAllBytesAsync(file.FullName, cancellationToken).ConfigureAwait(false),
            TTL = result.GetValue(_timeToLive),
        };
    }
}
