using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Skydive.Packets.Collectors;

/// <summary>
/// Reads NetFlow version 5 and 9 and IPFIX datagrams, and remembers what exporters tell about them: templates, sampling, sequence numbers, for each
/// exporter and observation domain by itself. What is remembered is bounded; the exporter that was silent for longest is forgotten first. Records that
/// come before their template wait for it. Not for use by several threads at once.
/// </summary>
/// <remarks>
/// <para>Datagrams cost no memory but for new templates, and sets that wait for one. Bad ones are counted and end where they go wrong.</para>
/// Source: RFC 3954 (version 9), RFC 7011 (IPFIX), RFC 5103 (both directions in a record); Cisco's "NetFlow Services Solutions Guide" (version 5).
/// </remarks>
public sealed class NetFlowDecoder
{
    private const int MaximumDomains = 256;
    private const int MaximumTemplatesPerDomain = 256;
    private const int MaximumFields = 256;
    private const int MaximumTotalFields = 64 << 10;
    private const int MaximumWaitingSets = 256;
    private const int MaximumWaitingBytes = 1 << 20;

    private const int HeaderLengthV5 = 24;
    private const int RecordLengthV5 = 48;
    private const int MaximumRecordsV5 = 30;
    private const int HeaderLengthV9 = 20;
    private const int HeaderLengthIpfix = 16;
    private const int SetHeaderLength = 4;
    private const ushort FirstDataSet = 256;
    private const uint ReverseEnterprise = 29305;
    private const ushort EnterpriseBit = 0x8000;
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // Between 1900 and 1970, for times in the format of NTP.
    private const long NtpEpochSeconds = 2_208_988_800;

    private readonly Dictionary<NetFlowDomain, NetFlowDomainState> _domains = [];
    private readonly INetFlowHandler _handler;
    private int _templates;
    private int _fields;
    private int _waitingSets;
    private int _waitingBytes;
    private long _datagrams;
    private long _malformed;
    private long _records;
    private long _withoutTemplate;
    private long _lost;

    /// <summary>Makes a decoder that knows no exporter.</summary>
    /// <param name="handler">Takes the records.</param>
    public NetFlowDecoder(INetFlowHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handler = handler;
    }

    /// <summary>What became of the datagrams so far.</summary>
    public NetFlowStatistics Statistics => new(_datagrams, _malformed, _records, _withoutTemplate, _lost, _templates);

    /// <summary>Reads a datagram and hands its records on.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="exporter">Who sent it.</param>
    /// <returns>False when it is none that can be read, or ends in the middle; records before that were handed on.</returns>
    public bool Decode(ReadOnlySpan<byte> datagram, IPAddress exporter)
    {
        ArgumentNullException.ThrowIfNull(exporter);
        _datagrams++;
        bool isWhole = datagram.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(datagram) switch
        {
            5 => DecodeV5(datagram, exporter),
            9 => DecodeV9(datagram, exporter),
            10 => DecodeIpfix(datagram, exporter),
            _ => false,
        };
        if (!isWhole)
        {
            _malformed++;
        }

        return isWhole;
    }

    private static NetFlowDomain Domain(IPAddress exporter, int version, uint id)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        exporter.TryWriteBytes(exporter.AddressFamily == AddressFamily.InterNetwork ? bytes[12..] : bytes, out _);
        return new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), ((ulong)version << 32) | id);
    }

    private bool DecodeV5(ReadOnlySpan<byte> datagram, IPAddress exporter)
    {
        if (datagram.Length < HeaderLengthV5)
        {
            return false;
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        uint uptime = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);
        long now = (BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]) * NanosecondsPerSecond) + BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]);
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(datagram[16..]);
        var domain = Find(Domain(exporter, 5, BinaryPrimitives.ReadUInt16BigEndian(datagram[20..])));

        // The upper two bits say how the choice is made.
        uint sampling = (uint)BinaryPrimitives.ReadUInt16BigEndian(datagram[22..]) & 0x3fff;
        bool isWhole = count <= MaximumRecordsV5 && datagram.Length >= HeaderLengthV5 + (count * RecordLengthV5);
        count = Math.Min(count, (datagram.Length - HeaderLengthV5) / RecordLengthV5);
        CountLost(domain, sequence, (uint)count);
        for (int i = 0; i < count; i++)
        {
            var source = datagram.Slice(HeaderLengthV5 + (i * RecordLengthV5), RecordLengthV5);
            byte protocol = source[38];
            ushort destinationPort = BinaryPrimitives.ReadUInt16BigEndian(source[34..]);
            var record = new NetFlowRecord
            {
                Network = LayerType.IPv4,
                SourceLow = BinaryPrimitives.ReadUInt32BigEndian(source),
                DestinationLow = BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
                Packets = BinaryPrimitives.ReadUInt32BigEndian(source[16..]),
                Bytes = BinaryPrimitives.ReadUInt32BigEndian(source[20..]),
                StartNanoseconds = AtUptime(now, uptime, BinaryPrimitives.ReadUInt32BigEndian(source[24..])),
                LastNanoseconds = AtUptime(now, uptime, BinaryPrimitives.ReadUInt32BigEndian(source[28..])),
                SourcePort = BinaryPrimitives.ReadUInt16BigEndian(source[32..]),
                DestinationPort = destinationPort,
                TcpFlags = (TcpFlags)source[37],
                Protocol = protocol,
                SamplingRate = Math.Max(1, sampling),
            };
            SetIcmpFromPort(ref record);
            HandOn(in record);
        }

        return isWhole;
    }

    private bool DecodeV9(ReadOnlySpan<byte> datagram, IPAddress exporter)
    {
        if (datagram.Length < HeaderLengthV9)
        {
            return false;
        }

        uint uptime = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);
        uint seconds = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]);
        var domain = Find(Domain(exporter, 9, BinaryPrimitives.ReadUInt32BigEndian(datagram[16..])));
        CountLost(domain, BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]), 1);
        return DecodeSets(datagram[HeaderLengthV9..], domain, new NetFlowExportTime(seconds * NanosecondsPerSecond, uptime), isIpfix: false, out _);
    }

    private bool DecodeIpfix(ReadOnlySpan<byte> datagram, IPAddress exporter)
    {
        if (datagram.Length < HeaderLengthIpfix)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (length < HeaderLengthIpfix)
        {
            return false;
        }

        uint seconds = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]);
        var domain = Find(Domain(exporter, 10, BinaryPrimitives.ReadUInt32BigEndian(datagram[12..])));
        var sets = datagram[HeaderLengthIpfix..Math.Min(length, datagram.Length)];
        bool isWhole = DecodeSets(sets, domain, new NetFlowExportTime(seconds * NanosecondsPerSecond, null), isIpfix: true, out int records) && length <= datagram.Length;

        // Counts records. Those without a template are not known, and with them the number that comes next.
        CountLost(domain, sequence, records < 0 ? null : (uint)records);
        return isWhole;
    }

    /// <summary>Reads sets.</summary>
    /// <param name="sets">The sets.</param>
    /// <param name="domain">Whose they are.</param>
    /// <param name="time">When they were sent.</param>
    /// <param name="isIpfix">Whether they are of IPFIX, or else of version 9.</param>
    /// <param name="records">How many records there were; below 0 when that is not known.</param>
    private bool DecodeSets(ReadOnlySpan<byte> sets, NetFlowDomainState domain, NetFlowExportTime time, bool isIpfix, out int records)
    {
        records = 0;
        while (sets.Length >= SetHeaderLength)
        {
            ushort id = BinaryPrimitives.ReadUInt16BigEndian(sets);
            int length = BinaryPrimitives.ReadUInt16BigEndian(sets[2..]);
            if (length < SetHeaderLength || length > sets.Length)
            {
                return false;
            }

            var content = sets[SetHeaderLength..length];
            bool isWhole = true;
            if (id >= FirstDataSet)
            {
                if (!domain.Templates.TryGetValue(id, out var template))
                {
                    _withoutTemplate++;
                    records = int.MinValue;
                    Wait(domain, new(id, content.ToArray(), time));
                }
                else
                {
                    isWhole = DecodeData(content, domain, template, time, out int found);
                    records += records < 0 ? 0 : found;
                }
            }
            else if (id is 0 or 2)
            {
                isWhole = id == (isIpfix ? 2 : 0) && DecodeTemplates(content, domain, isIpfix);
            }
            else if (id is 1 or 3)
            {
                isWhole = id == (isIpfix ? 3 : 1) && DecodeOptionsTemplates(content, domain, isIpfix);
            }

            if (!isWhole)
            {
                return false;
            }

            sets = sets[length..];
        }

        // Less than a header is padding, or nothing.
        return true;
    }

    private bool DecodeTemplates(ReadOnlySpan<byte> set, NetFlowDomainState domain, bool isIpfix)
    {
        while (set.Length >= 4)
        {
            ushort id = BinaryPrimitives.ReadUInt16BigEndian(set);
            int count = BinaryPrimitives.ReadUInt16BigEndian(set[2..]);
            if (id < FirstDataSet)
            {
                // Padding; in IPFIX also the withdrawal of all templates.
                return id == 0 || (isIpfix && id == 2 && count == 0);
            }

            set = set[4..];
            if (!TryReadTemplate(ref set, id, count, isOptions: false, isIpfix, domain))
            {
                return false;
            }
        }

        return true;
    }

    private bool DecodeOptionsTemplates(ReadOnlySpan<byte> set, NetFlowDomainState domain, bool isIpfix)
    {
        while (set.Length >= 6)
        {
            ushort id = BinaryPrimitives.ReadUInt16BigEndian(set);
            ushort first = BinaryPrimitives.ReadUInt16BigEndian(set[2..]);
            ushort second = BinaryPrimitives.ReadUInt16BigEndian(set[4..]);
            if (id < FirstDataSet)
            {
                return id == 0 || (isIpfix && id == 3 && first == 0);
            }

            // IPFIX gives the number of fields, of those the scope's; a withdrawal ends after the first. Version 9 the bytes of scope and options.
            bool isWithdrawal = isIpfix && first == 0;
            int count = isIpfix ? first : (first + second) / 4;
            set = set[(isWithdrawal ? 4 : 6)..];
            if (!TryReadTemplate(ref set, id, count, isOptions: true, isIpfix, domain))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadTemplate(ref ReadOnlySpan<byte> set, ushort id, int count, bool isOptions, bool isIpfix, NetFlowDomainState domain)
    {
        if (count == 0)
        {
            Forget(domain, id);
            return true;
        }

        bool isKept = count <= MaximumFields;
        var fields = isKept ? new NetFlowTemplateField[count] : [];
        int minimum = 0;
        for (int i = 0; i < count; i++)
        {
            if (set.Length < 4)
            {
                return false;
            }

            ushort type = BinaryPrimitives.ReadUInt16BigEndian(set);
            ushort length = BinaryPrimitives.ReadUInt16BigEndian(set[2..]);
            set = set[4..];
            uint enterprise = 0;
            if (isIpfix && (type & EnterpriseBit) != 0)
            {
                if (set.Length < 4)
                {
                    return false;
                }

                enterprise = BinaryPrimitives.ReadUInt32BigEndian(set);
                set = set[4..];
            }

            bool isVariable = isIpfix && length == NetFlowTemplateField.Variable;
            minimum += isVariable ? 1 : length;
            if (isKept)
            {
                fields[i] = new(FieldOf(type, enterprise, isIpfix), length);
            }
        }

        if (isKept && minimum > 0)
        {
            Keep(domain, id, new(fields, isOptions, minimum));
            DecodeWaiting(domain, id);
        }
        else
        {
            // Records of no bytes cannot be counted, and nobody has templates that long.
            Forget(domain, id);
        }

        return true;
    }

    private static NetFlowField FieldOf(ushort type, uint enterprise, bool isIpfix)
    {
        // Without an enterprise's number, the upper half of version 9 is anybody's.
        bool isReverse = isIpfix && enterprise == ReverseEnterprise;
        var field = (NetFlowField)type;
        return ((type & EnterpriseBit) == 0 || isReverse) && Enum.IsDefined(field) ? field : NetFlowField.Skipped;
    }

    private bool DecodeData(ReadOnlySpan<byte> set, NetFlowDomainState domain, NetFlowTemplate template, NetFlowExportTime time, out int records)
    {
        records = 0;
        while (set.Length >= template.MinimumLength)
        {
            var record = new NetFlowRecord { SamplingRate = Math.Max(1, domain.SamplingRate), LastNanoseconds = time.Nanoseconds };
            var fields = new FieldReader(domain, time);
            foreach (var field in template.Fields)
            {
                if (!TryTakeField(ref set, field, out var value))
                {
                    return false;
                }

                if (field.Field != NetFlowField.Skipped)
                {
                    fields.Read(ref record, field.Field, value);
                }
            }

            records++;
            if (template.IsOptions)
            {
                fields.KeepOptions(in record);
            }
            else
            {
                fields.Finish(ref record);
                HandOn(in record);
            }
        }

        // What is left is padding.
        return true;
    }

    private static bool TryTakeField(ref ReadOnlySpan<byte> set, NetFlowTemplateField field, out ReadOnlySpan<byte> value)
    {
        value = default;
        int length = field.Length;
        if (length == NetFlowTemplateField.Variable)
        {
            if (set.IsEmpty)
            {
                return false;
            }

            length = set[0];
            set = set[1..];
            if (length == byte.MaxValue)
            {
                if (set.Length < 2)
                {
                    return false;
                }

                length = BinaryPrimitives.ReadUInt16BigEndian(set);
                set = set[2..];
            }
        }

        if (length > set.Length)
        {
            return false;
        }

        value = set[..length];
        set = set[length..];
        return true;
    }

    private void HandOn(in NetFlowRecord record)
    {
        _records++;
        _handler.OnRecord(in record);
    }

    private void CountLost(NetFlowDomainState domain, uint sequence, uint? count)
    {
        // A large step, back or forth, is an exporter that began anew.
        const uint Largest = 1 << 20;
        if (domain.NextSequence is { } expected && sequence - expected < Largest)
        {
            _lost += sequence - expected;
        }

        domain.NextSequence = count is { } known ? sequence + known : null;
    }

    private NetFlowDomainState Find(NetFlowDomain domain)
    {
        if (!_domains.TryGetValue(domain, out var state))
        {
            if (_domains.Count == MaximumDomains)
            {
                ForgetOldest();
            }

            _domains[domain] = state = new();
        }

        state.LastUsed = _datagrams;
        return state;
    }

    private void Keep(NetFlowDomainState domain, ushort id, NetFlowTemplate template)
    {
        Forget(domain, id);
        while (_fields + template.Fields.Length > MaximumTotalFields && _domains.Count > 1)
        {
            ForgetOldest();
        }

        // An exporter with more templates than anyone needs loses the others first: they come again if they are real.
        if (domain.Templates.Count >= MaximumTemplatesPerDomain || _fields + template.Fields.Length > MaximumTotalFields)
        {
            ForgetTemplates(domain);
        }

        domain.Templates[id] = template;
        _templates++;
        _fields += template.Fields.Length;
    }

    /// <summary>Keeps a set until its template comes. When there is no more room the domain's oldest ones are lost, or else this one.</summary>
    private void Wait(NetFlowDomainState domain, NetFlowWaitingSet set)
    {
        while (domain.Waiting.Count > 0 && IsFull())
        {
            Release(domain.Waiting.Dequeue());
        }

        if (!IsFull())
        {
            domain.Waiting.Enqueue(set);
            _waitingSets++;
            _waitingBytes += set.Content.Length;
        }

        bool IsFull() => _waitingSets == MaximumWaitingSets || _waitingBytes + set.Content.Length > MaximumWaitingBytes;
    }

    private void DecodeWaiting(NetFlowDomainState domain, ushort id)
    {
        for (int left = domain.Waiting.Count; left > 0; left--)
        {
            var set = domain.Waiting.Dequeue();
            if (set.Template != id)
            {
                domain.Waiting.Enqueue(set);
                continue;
            }

            Release(set);
            _withoutTemplate--;
            if (domain.Templates.TryGetValue(id, out var template) && !DecodeData(set.Content, domain, template, set.Time, out _))
            {
                _malformed++;
            }
        }
    }

    private void Release(NetFlowWaitingSet set)
    {
        _waitingSets--;
        _waitingBytes -= set.Content.Length;
    }

    private void Forget(NetFlowDomainState domain, ushort id)
    {
        if (domain.Templates.Remove(id, out var template))
        {
            _templates--;
            _fields -= template.Fields.Length;
        }
    }

    private void ForgetOldest()
    {
        var oldest = _domains.MinBy(static entry => entry.Value.LastUsed);
        ForgetTemplates(oldest.Value);
        while (oldest.Value.Waiting.TryDequeue(out var set))
        {
            Release(set);
        }

        _domains.Remove(oldest.Key);
    }

    private void ForgetTemplates(NetFlowDomainState domain)
    {
        foreach (ushort id in domain.Templates.Keys.ToArray())
        {
            Forget(domain, id);
        }
    }

    // The difference of two uptimes is right also when the 32 bits have overflowed between them.
    private static long AtUptime(long nowNanoseconds, uint uptimeNow, uint uptime) =>
        nowNanoseconds - ((int)(uptimeNow - uptime) * NanosecondsPerMillisecond);

    /// <summary>Where type and code have no field of their own they are in the destination port.</summary>
    private static void SetIcmpFromPort(ref NetFlowRecord record)
    {
        if (record is { Protocol: IpProtocol.Icmp or IpProtocol.IcmpV6, IcmpType: 0, IcmpCode: 0 })
        {
            record.IcmpType = (byte)(record.DestinationPort >> 8);
            record.IcmpCode = (byte)record.DestinationPort;
        }
    }

    /// <summary>Reads the fields of one record; keeps what makes sense only together with others.</summary>
    private struct FieldReader(NetFlowDomainState domain, NetFlowExportTime time)
    {
        private uint? _firstUptime;
        private uint? _lastUptime;
        private uint _samplingInterval;
        private uint _samplingSpace;
        private long _systemInit = domain.SystemInitMilliseconds;
        private uint _samplingRate;
        private bool _hasDelta;
        private bool _hasReverseDelta;

        public void Read(ref NetFlowRecord record, NetFlowField field, ReadOnlySpan<byte> value)
        {
            switch (field)
            {
                case NetFlowField.SourceIPv4 when value.Length == 4:
                    record.Network = LayerType.IPv4;
                    record.SourceLow = BinaryPrimitives.ReadUInt32BigEndian(value);
                    return;
                case NetFlowField.DestinationIPv4 when value.Length == 4:
                    record.Network = LayerType.IPv4;
                    record.DestinationLow = BinaryPrimitives.ReadUInt32BigEndian(value);
                    return;
                case NetFlowField.SourceIPv6 when value.Length == 16 && record.Network != LayerType.IPv4:
                    record.Network = LayerType.IPv6;
                    record.SourceHigh = BinaryPrimitives.ReadUInt64BigEndian(value);
                    record.SourceLow = BinaryPrimitives.ReadUInt64BigEndian(value[8..]);
                    return;
                case NetFlowField.DestinationIPv6 when value.Length == 16 && record.Network != LayerType.IPv4:
                    record.Network = LayerType.IPv6;
                    record.DestinationHigh = BinaryPrimitives.ReadUInt64BigEndian(value);
                    record.DestinationLow = BinaryPrimitives.ReadUInt64BigEndian(value[8..]);
                    return;
                case NetFlowField.SourceIPv4 or NetFlowField.DestinationIPv4 or NetFlowField.SourceIPv6 or NetFlowField.DestinationIPv6:
                    return;
                case NetFlowField.StartMicroseconds or NetFlowField.StartNanoseconds when value.Length == 8:
                    record.StartNanoseconds = FromNtp(value);
                    return;
                case NetFlowField.EndMicroseconds or NetFlowField.EndNanoseconds when value.Length == 8:
                    record.LastNanoseconds = FromNtp(value);
                    return;
            }

            // Numbers may be sent with fewer bytes than they are defined with.
            if (value.Length > 8)
            {
                return;
            }

            ulong number = 0;
            foreach (byte b in value)
            {
                number = (number << 8) | b;
            }

            Read(ref record, field, number);
        }

        /// <summary>Keeps what a record of options says of the exporter.</summary>
        public readonly void KeepOptions(in NetFlowRecord record)
        {
            uint rate = SamplingRate();
            if (rate != 0)
            {
                domain.SamplingRate = rate;
            }

            domain.SystemInitMilliseconds = _systemInit;
        }

        /// <summary>Sets what follows from several fields.</summary>
        public readonly void Finish(ref NetFlowRecord record)
        {
            SetIcmpFromPort(ref record);
            uint rate = SamplingRate();
            if (rate != 0)
            {
                record.SamplingRate = rate;
            }

            if (_firstUptime is { } first && ToTime(first) is { } start)
            {
                record.StartNanoseconds = start;
            }

            if (_lastUptime is { } last && ToTime(last) is { } end)
            {
                record.LastNanoseconds = end;
            }
        }

        private static long FromNtp(ReadOnlySpan<byte> value)
        {
            long seconds = BinaryPrimitives.ReadUInt32BigEndian(value) - NtpEpochSeconds;
            return (seconds * NanosecondsPerSecond) + (long)((BinaryPrimitives.ReadUInt32BigEndian(value[4..]) * (ulong)NanosecondsPerSecond) >> 32);
        }

        private static long FromMilliseconds(ulong milliseconds) =>
            milliseconds > long.MaxValue / NanosecondsPerMillisecond ? 0 : (long)milliseconds * NanosecondsPerMillisecond;

        private readonly uint SamplingRate() => _samplingRate != 0 ? _samplingRate
            : _samplingInterval != 0 ? (uint)Math.Min(((ulong)_samplingInterval + _samplingSpace) / _samplingInterval, uint.MaxValue)
            : 0;

        private readonly long? ToTime(uint uptime) =>
            time.UptimeMilliseconds is { } now ? AtUptime(time.Nanoseconds, now, uptime)
            : _systemInit != 0 ? AtUptime(time.Nanoseconds, (uint)((time.Nanoseconds / NanosecondsPerMillisecond) - _systemInit), uptime)
            : null;

        private void Read(ref NetFlowRecord record, NetFlowField field, ulong number)
        {
            switch (field)
            {
                // Some send totals and deltas, or what came in and what went out: the first of them that counts is it.
                case NetFlowField.OctetDeltaCount or NetFlowField.InitiatorOctets:
                    record.Bytes = (long)number;
                    break;
                case NetFlowField.PacketDeltaCount or NetFlowField.InitiatorPackets:
                    record.Packets = (long)number;
                    _hasDelta = true;
                    break;
                case NetFlowField.OctetTotalCount or NetFlowField.PostOctetDeltaCount when !_hasDelta && record.Bytes == 0:
                    record.Bytes = (long)number;
                    break;
                case NetFlowField.PacketTotalCount or NetFlowField.PostPacketDeltaCount when !_hasDelta && record.Packets == 0:
                    record.Packets = (long)number;
                    break;
                case NetFlowField.ReverseOctetDeltaCount or NetFlowField.ResponderOctets:
                    record.ReverseBytes = (long)number;
                    break;
                case NetFlowField.ReversePacketDeltaCount or NetFlowField.ResponderPackets:
                    record.ReversePackets = (long)number;
                    _hasReverseDelta = true;
                    break;
                case NetFlowField.ReverseOctetTotalCount when !_hasReverseDelta && record.ReverseBytes == 0:
                    record.ReverseBytes = (long)number;
                    break;
                case NetFlowField.ReversePacketTotalCount when !_hasReverseDelta && record.ReversePackets == 0:
                    record.ReversePackets = (long)number;
                    break;
                case NetFlowField.Protocol:
                    record.Protocol = (byte)number;
                    break;
                case NetFlowField.TcpControlBits or NetFlowField.ReverseTcpControlBits:
                    record.TcpFlags |= (TcpFlags)(byte)number;
                    break;
                case NetFlowField.SourcePort or NetFlowField.UdpSourcePort or NetFlowField.TcpSourcePort:
                    record.SourcePort = (ushort)number;
                    break;
                case NetFlowField.DestinationPort or NetFlowField.UdpDestinationPort or NetFlowField.TcpDestinationPort:
                    record.DestinationPort = (ushort)number;
                    break;
                case NetFlowField.IcmpTypeAndCodeV4 or NetFlowField.IcmpTypeAndCodeV6:
                    record.IcmpType = (byte)(number >> 8);
                    record.IcmpCode = (byte)number;
                    break;
                case NetFlowField.IcmpTypeV4 or NetFlowField.IcmpTypeV6:
                    record.IcmpType = (byte)number;
                    break;
                case NetFlowField.IcmpCodeV4 or NetFlowField.IcmpCodeV6:
                    record.IcmpCode = (byte)number;
                    break;
                case NetFlowField.SourceMac:
                    record.SourceMac = number;
                    break;
                case NetFlowField.PostSourceMac when record.SourceMac == 0:
                    record.SourceMac = number;
                    break;
                case NetFlowField.DestinationMac:
                    record.DestinationMac = number;
                    break;
                case NetFlowField.PostDestinationMac when record.DestinationMac == 0:
                    record.DestinationMac = number;
                    break;
                case NetFlowField.Vlan or NetFlowField.Dot1qVlan:
                    record.Vlan = (ushort)(number & 0xfff);
                    break;
                case NetFlowField.FirstSwitched:
                    _firstUptime = (uint)number;
                    break;
                case NetFlowField.LastSwitched:
                    _lastUptime = (uint)number;
                    break;
                case NetFlowField.StartSeconds:
                    record.StartNanoseconds = FromMilliseconds(number > uint.MaxValue ? 0 : number * 1000);
                    break;
                case NetFlowField.EndSeconds:
                    record.LastNanoseconds = FromMilliseconds(number > uint.MaxValue ? 0 : number * 1000);
                    break;
                case NetFlowField.StartMilliseconds:
                    record.StartNanoseconds = FromMilliseconds(number);
                    break;
                case NetFlowField.EndMilliseconds:
                    record.LastNanoseconds = FromMilliseconds(number);
                    break;
                case NetFlowField.StartDeltaMicroseconds:
                    record.StartNanoseconds = time.Nanoseconds - ((long)(uint)number * 1000);
                    break;
                case NetFlowField.EndDeltaMicroseconds:
                    record.LastNanoseconds = time.Nanoseconds - ((long)(uint)number * 1000);
                    break;
                case NetFlowField.SystemInitTime:
                    _systemInit = (long)Math.Min(number, long.MaxValue / 2);
                    break;
                case NetFlowField.SamplingInterval or NetFlowField.SamplerInterval:
                    _samplingRate = (uint)Math.Min(number, uint.MaxValue);
                    break;
                case NetFlowField.SamplingPacketInterval:
                    _samplingInterval = (uint)Math.Min(number, uint.MaxValue);
                    break;
                case NetFlowField.SamplingPacketSpace:
                    _samplingSpace = (uint)Math.Min(number, uint.MaxValue);
                    break;
            }
        }
    }
}
