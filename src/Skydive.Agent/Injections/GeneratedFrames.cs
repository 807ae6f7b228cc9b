using System.Buffers.Binary;
using System.Net;
using System.Text;
using Skydive.Contracts.Injections;
using Skydive.Packets;
using Skydive.Packets.Building;

namespace Skydive.Agent.Injections;

/// <summary>
/// Echo requests, SYNs or datagrams. The first is built layer by layer; in those after it only what differs is written, checksums included,
/// unless the payload grows.
/// </summary>
internal sealed class GeneratedFrames : IFrameSeries
{
    private const byte EchoRequestV4 = 8;
    private const byte EchoRequestV6 = 128;
    private const ushort DoNotFragment = 0x4000;

    private readonly Injection _injection;
    private readonly Random _random;
    private readonly MacAddress? _sourceMac;
    private readonly MacAddress _destinationMac;
    private readonly IPAddress _source;
    private readonly IPAddress _destination;
    private readonly byte _timeToLive;
    private readonly bool _isIPv6;
    private readonly bool _isRandom;
    private readonly byte[] _payload;
    private readonly int _headerLength;
    private readonly int _checksumOffset;
    private byte[] _frame = [];
    private ulong _addressSum;
    private ushort _port;
    private ushort _identifier;

    /// <summary>Makes the series.</summary>
    /// <param name="injection">What to send: addresses, ports and identifiers are all given.</param>
    /// <param name="hasEthernet">Whether frames of the interface begin with an Ethernet header; else they are IP packets.</param>
    /// <param name="random">Gives what is at random.</param>
    /// <exception cref="FormatException">An address is none, or not of the family.</exception>
    public GeneratedFrames(Injection injection, bool hasEthernet, Random random)
    {
        _injection = injection;
        _random = random;
        _isIPv6 = InjectionTypes.IsIPv6(injection.Type);
        _source = ParseAddress(injection.SrcIP, _isIPv6);
        _destination = ParseAddress(injection.DstIP, _isIPv6);
        _timeToLive = injection.TTL == 0 ? Injection.DefaultTimeToLive : injection.TTL;
        _isRandom = injection.Mode == InjectionModes.Random;
        _port = injection.SrcPort;
        _identifier = injection.ICMPID;
        Count = Math.Max(injection.Count, Injection.DefaultCount);
        if (hasEthernet)
        {
            _sourceMac = ParseMac(injection.SrcMAC);
            _destinationMac = ParseMac(injection.DstMAC);
        }

        int network = (hasEthernet ? 14 : 0) + (_isIPv6 ? 40 : 20);
        (int transport, int checksum) = injection.Type switch
        {
            InjectionTypes.TcpV4 or InjectionTypes.TcpV6 => (20, 16),
            InjectionTypes.UdpV4 or InjectionTypes.UdpV6 => (8, 6),
            _ => (8, 2),
        };
        _headerLength = network + transport;
        _checksumOffset = network + checksum;
        TransportOffset = network;
        _payload = MakePayload(injection, (Count - 1) * injection.IncrementPayload, random);
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public int MaximumLength => _headerLength + _payload.Length;

    /// <inheritdoc/>
    public bool IsTimed => _injection.Interval > 0;

    private int TransportOffset { get; }

    private bool IsTcp => _injection.Type is InjectionTypes.TcpV4 or InjectionTypes.TcpV6;

    private bool IsUdp => _injection.Type is InjectionTypes.UdpV4 or InjectionTypes.UdpV6;

    /// <inheritdoc/>
    public TimeSpan GetDue(long index) => TimeSpan.FromMilliseconds(index * (double)_injection.Interval);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Get(long index)
    {
        if (_isRandom && index > 0)
        {
            _port = (ushort)_random.Next(Injection.FirstRandomPort, ushort.MaxValue + 1);
            _identifier = (ushort)_random.Next(1, ushort.MaxValue + 1);
        }

        if (index == 0 || _injection.IncrementPayload != 0)
        {
            _frame = Build(index);
            _addressSum = SumAddresses();
        }
        else
        {
            Change(index);
        }

        return _frame;
    }

    private static byte[] MakePayload(Injection injection, long growth, Random random)
    {
        byte[] start = injection.PayloadBytes
            ?? (injection.Payload.Length > 0 ? Encoding.UTF8.GetBytes(injection.Payload) : Encoding.ASCII.GetBytes(random.GetItems<char>("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", Injection.DefaultPayloadLength)));
        if (growth > ushort.MaxValue - start.Length)
        {
            throw new FormatException($"the payload would grow to {start.Length + growth} bytes, which no packet holds");
        }

        // What it grows by goes on as it began.
        byte[] whole = new byte[start.Length + growth];
        for (int i = 0; i < whole.Length; i++)
        {
            whole[i] = start.Length > 0 ? start[i % start.Length] : (byte)'a';
        }

        return whole;
    }

    private static IPAddress ParseAddress(string text, bool isIPv6) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == (isIPv6 ? System.Net.Sockets.AddressFamily.InterNetworkV6 : System.Net.Sockets.AddressFamily.InterNetwork)
            ? address
            : throw new FormatException($"'{text}' is no IPv{(isIPv6 ? 6 : 4)} address");

    private static MacAddress ParseMac(string text) =>
        MacAddress.TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no MAC address");

    private byte[] Build(long index)
    {
        var builder = new FrameBuilder();
        if (_sourceMac is { } sourceMac)
        {
            builder.Ethernet(sourceMac, _destinationMac);
        }

        // One that is never cut needs no identification of its own (RFC 6864).
        builder = _isIPv6 ? builder.IPv6(_source, _destination, _timeToLive) : builder.IPv4(_source, _destination, _timeToLive, fragment: DoNotFragment);
        builder = _injection.Type switch
        {
            InjectionTypes.IcmpV4 => builder.IcmpV4(EchoRequestV4, 0, _identifier, SequenceOf(index)),
            InjectionTypes.IcmpV6 => builder.IcmpV6(EchoRequestV6, 0, _identifier, SequenceOf(index)),
            InjectionTypes.TcpV4 or InjectionTypes.TcpV6 => builder.Tcp(_port, _injection.DstPort, TcpFlags.Syn, (uint)_random.NextInt64(1L << 32)),
            _ => builder.Udp(_port, _injection.DstPort),
        };
        long length = _payload.Length - ((Count - 1 - index) * _injection.IncrementPayload);
        return builder.Payload(_payload.AsSpan(0, (int)length)).Build();
    }

    private static ushort SequenceOf(long index) => (ushort)(index + 1);

    private void Change(long index)
    {
        var transport = _frame.AsSpan(TransportOffset);
        if (IsTcp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport, _port);
            BinaryPrimitives.WriteUInt32BigEndian(transport[4..], (uint)_random.NextInt64(1L << 32));
        }
        else if (IsUdp)
        {
            if (!_isRandom)
            {
                return;
            }

            BinaryPrimitives.WriteUInt16BigEndian(transport, _port);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], _identifier);
            BinaryPrimitives.WriteUInt16BigEndian(transport[6..], SequenceOf(index));
        }

        var checksum = _frame.AsSpan(_checksumOffset, 2);
        checksum.Clear();
        ushort sum = InternetChecksum.Finish(InternetChecksum.Add(transport, _addressSum));

        // In UDP, zero says that there is none (RFC 768).
        BinaryPrimitives.WriteUInt16BigEndian(checksum, IsUdp && sum == 0 ? ushort.MaxValue : sum);
    }

    /// <summary>What the checksum covers beside the transport layer: addresses, protocol and length, but for ICMP over IPv4.</summary>
    private ulong SumAddresses()
    {
        if (_injection.Type == InjectionTypes.IcmpV4)
        {
            return 0;
        }

        ulong protocol = IsTcp ? IpProtocol.Tcp : IsUdp ? IpProtocol.Udp : IpProtocol.IcmpV6;
        var addresses = _isIPv6 ? _frame.AsSpan(TransportOffset - 32, 32) : _frame.AsSpan(TransportOffset - 8, 8);
        return InternetChecksum.Add(addresses, protocol + (ulong)(_frame.Length - TransportOffset));
    }
}
