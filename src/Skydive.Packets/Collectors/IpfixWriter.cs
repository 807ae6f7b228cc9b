using System.Buffers.Binary;

namespace Skydive.Packets.Collectors;

/// <summary>
/// Writes IPFIX messages for UDP, which fit an Ethernet: records of IPv4 and IPv6, and their templates with the first message and again after some
/// messages or some time, as messages may be lost. One buffer is allocated per writer. Not for use by several threads at once.
/// </summary>
/// <remarks>Source: RFC 7011; IANA, "IP Flow Information Export (IPFIX) Entities".</remarks>
public sealed class IpfixWriter : INetFlowWriter
{
    /// <summary>The largest message.</summary>
    public const int MaximumLength = 1400;

    private const ushort Version = 10;
    private const int HeaderLength = 16;
    private const int SetHeaderLength = 4;
    private const ushort TemplateSet = 2;
    private const ushort IPv4Template = 256;
    private const ushort IPv6Template = 257;
    private const int MessagesBetweenTemplates = 20;
    private const long NanosecondsBetweenTemplates = 60_000_000_000;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private static readonly (NetFlowField Field, ushort Length)[] s_common =
    [
        (NetFlowField.SourcePort, 2), (NetFlowField.DestinationPort, 2), (NetFlowField.Protocol, 1), (NetFlowField.TcpControlBits, 1), (NetFlowField.IngressInterface, 4),
        (NetFlowField.SourceMac, 6), (NetFlowField.DestinationMac, 6), (NetFlowField.Vlan, 2), (NetFlowField.PacketDeltaCount, 8), (NetFlowField.OctetDeltaCount, 8),
        (NetFlowField.StartMilliseconds, 8), (NetFlowField.EndMilliseconds, 8),
    ];

    private static readonly (NetFlowField Field, ushort Length)[] s_ipv4 =
        [(NetFlowField.SourceIPv4, 4), (NetFlowField.DestinationIPv4, 4), (NetFlowField.IcmpTypeAndCodeV4, 2), .. s_common];

    private static readonly (NetFlowField Field, ushort Length)[] s_ipv6 =
        [(NetFlowField.SourceIPv6, 16), (NetFlowField.DestinationIPv6, 16), (NetFlowField.IcmpTypeAndCodeV6, 2), .. s_common];

    private static readonly int s_ipv4Length = s_ipv4.Sum(static field => field.Length);
    private static readonly int s_ipv6Length = s_ipv6.Sum(static field => field.Length);
    private static readonly int s_templatesLength = SetHeaderLength + (2 * SetHeaderLength) + (4 * (s_ipv4.Length + s_ipv6.Length));

    private static readonly int s_dataStart = HeaderLength + s_templatesLength;

    private readonly byte[] _buffer = new byte[MaximumLength];
    private readonly uint _domain;
    private readonly uint _interfaceIndex;
    private int _length = s_dataStart;
    private int _set;
    private ushort _setTemplate;
    private uint _sequence;
    private uint _count;
    private int _messages;
    private long? _templatesSentAt;

    /// <summary>Makes a writer.</summary>
    /// <param name="domain">The observation domain: tells writers at one address apart.</param>
    /// <param name="interfaceIndex">The interface that saw the packets; 0 when there is none.</param>
    public IpfixWriter(uint domain, int interfaceIndex)
    {
        _domain = domain;
        _interfaceIndex = (uint)Math.Max(0, interfaceIndex);
    }

    /// <inheritdoc/>
    public bool HasRecords => _count > 0;

    /// <summary>Whether the record is of IPv4 or IPv6.</summary>
    /// <param name="record">The record.</param>
    public bool CanHold(in NetFlowRecord record) => record.Network is LayerType.IPv4 or LayerType.IPv6;

    /// <inheritdoc/>
    public bool TryAdd(in NetFlowRecord record)
    {
        if (_count == 0)
        {
            _length = s_dataStart;
            _setTemplate = 0;
        }

        bool isIPv4 = record.Network == LayerType.IPv4;
        ushort template = isIPv4 ? IPv4Template : IPv6Template;
        int length = (isIPv4 ? s_ipv4Length : s_ipv6Length) + (template == _setTemplate ? 0 : SetHeaderLength);
        if (_length + length > MaximumLength)
        {
            return false;
        }

        if (template != _setTemplate)
        {
            EndSet();
            _set = _length;
            _setTemplate = template;
            _length += SetHeaderLength;
        }

        if (isIPv4)
        {
            Append32((uint)record.SourceLow);
            Append32((uint)record.DestinationLow);
        }
        else
        {
            Append64(record.SourceHigh);
            Append64(record.SourceLow);
            Append64(record.DestinationHigh);
            Append64(record.DestinationLow);
        }

        Append16((ushort)((record.IcmpType << 8) | record.IcmpCode));
        Append16(record.SourcePort);
        Append16(record.DestinationPort);
        _buffer[_length++] = record.Protocol;
        _buffer[_length++] = (byte)record.TcpFlags;
        Append32(_interfaceIndex);
        AppendMac(record.SourceMac);
        AppendMac(record.DestinationMac);
        Append16(record.Vlan);
        Append64((ulong)record.Packets);
        Append64((ulong)record.Bytes);
        Append64((ulong)(record.StartNanoseconds / NanosecondsPerMillisecond));
        Append64((ulong)(record.LastNanoseconds / NanosecondsPerMillisecond));
        _count++;
        return true;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Finish(long nowNanoseconds)
    {
        EndSet();
        bool hasTemplates = _templatesSentAt is not { } sentAt || ++_messages >= MessagesBetweenTemplates || nowNanoseconds - sentAt >= NanosecondsBetweenTemplates;
        if (hasTemplates)
        {
            _templatesSentAt = nowNanoseconds;
            _messages = 0;
        }

        // There is always room for the templates; without them the header stands directly before the records.
        var message = _buffer.AsSpan(hasTemplates ? 0 : s_templatesLength, _length - (hasTemplates ? 0 : s_templatesLength));
        if (hasTemplates)
        {
            WriteTemplates();
        }

        BinaryPrimitives.WriteUInt16BigEndian(message, Version);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], (ushort)message.Length);
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], (uint)(nowNanoseconds / NanosecondsPerSecond));
        BinaryPrimitives.WriteUInt32BigEndian(message[8..], _sequence);
        BinaryPrimitives.WriteUInt32BigEndian(message[12..], _domain);
        _sequence += _count;
        _count = 0;
        return message;
    }

    private void WriteTemplates()
    {
        int end = _length;
        _length = HeaderLength;
        Append16(TemplateSet);
        Append16((ushort)s_templatesLength);
        WriteTemplate(IPv4Template, s_ipv4);
        WriteTemplate(IPv6Template, s_ipv6);
        _length = end;
    }

    private void WriteTemplate(ushort id, (NetFlowField Field, ushort Length)[] fields)
    {
        Append16(id);
        Append16((ushort)fields.Length);
        foreach (var (field, length) in fields)
        {
            Append16((ushort)field);
            Append16(length);
        }
    }

    private void EndSet()
    {
        if (_setTemplate != 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_set), _setTemplate);
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_set + 2), (ushort)(_length - _set));
        }
    }

    private void Append16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_length), value);
        _length += 2;
    }

    private void Append32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_length), value);
        _length += 4;
    }

    private void Append64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_length), value);
        _length += 8;
    }

    private void AppendMac(ulong address)
    {
        new MacAddress(address).CopyTo(_buffer.AsSpan(_length));
        _length += 6;
    }
}
