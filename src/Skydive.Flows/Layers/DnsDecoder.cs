using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Skydive.Contracts.Flows.Layers;

namespace Skydive.Flows.Layers;

/// <summary>
/// Decodes DNS messages (RFC 1035, 2782, 3596, 6891). What cannot be decoded, or was not captured, ends the message: what stands before it is
/// given. Stateless.
/// </summary>
internal ref struct DnsDecoder
{
    private const int HeaderLength = 12;
    private const int MaxNameLength = 255;
    private const int MaxPointers = 32;

    // Bounds what a hostile message costs; each record may name a long name again by two bytes.
    private const int MaxRecords = 128;

    private readonly ReadOnlySpan<byte> _message;
    private int _offset;
    private int _recordsLeft;

    private DnsDecoder(ReadOnlySpan<byte> message)
    {
        _message = message;
        _offset = HeaderLength;
        _recordsLeft = MaxRecords;
    }

    /// <summary>Decodes a message.</summary>
    /// <param name="message">The message, possibly less than there was on the wire.</param>
    /// <param name="nanoseconds">When it was captured.</param>
    /// <returns>Null when there is no whole header.</returns>
    public static DnsLayer? Decode(ReadOnlySpan<byte> message, long nanoseconds)
    {
        if (message.Length < HeaderLength)
        {
            return null;
        }

        int flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        int answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        int authorities = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        int additionals = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        var decoder = new DnsDecoder(message);

        // Members are initialised in this order, which is that of the message.
        return new DnsLayer
        {
            ID = BinaryPrimitives.ReadUInt16BigEndian(message),
            QR = (flags & 0x8000) != 0,
            OpCode = DnsNames.OperationOf((flags >> 11) & 0xf),
            AA = (flags & 0x0400) != 0,
            TC = (flags & 0x0200) != 0,
            RD = (flags & 0x0100) != 0,
            RA = (flags & 0x0080) != 0,
            Z = (flags >> 4) & 7,
            ResponseCode = DnsNames.ResponseOf(flags & 0xf),
            QDCount = questions,
            ANCount = answers,
            NSCount = authorities,
            ARCount = additionals,
            Questions = decoder.ReadQuestions(questions),
            Answers = decoder.ReadRecords(answers),
            Authorities = decoder.ReadRecords(authorities),
            Additionals = decoder.ReadRecords(additionals),
            Timestamp = WireTimestamp.FromNanoseconds(nanoseconds),
        };
    }

    private List<DnsQuestion>? ReadQuestions(int count)
    {
        List<DnsQuestion>? questions = null;
        for (; count > 0 && _recordsLeft > 0; count--, _recordsLeft--)
        {
            if (!TryReadName(ref _offset, out string name) || _message.Length - _offset < 4)
            {
                _recordsLeft = 0;
                break;
            }

            (questions ??= []).Add(new DnsQuestion
            {
                Name = name,
                Type = DnsNames.TypeOf(BinaryPrimitives.ReadUInt16BigEndian(_message[_offset..])),
                Class = DnsNames.ClassOf(BinaryPrimitives.ReadUInt16BigEndian(_message[(_offset + 2)..])),
            });
            _offset += 4;
        }

        return questions;
    }

    private List<DnsRecord>? ReadRecords(int count)
    {
        List<DnsRecord>? records = null;
        for (; count > 0 && _recordsLeft > 0; count--, _recordsLeft--)
        {
            if (TryReadRecord() is not { } record)
            {
                _recordsLeft = 0;
                break;
            }

            (records ??= []).Add(record);
        }

        return records;
    }

    private DnsRecord? TryReadRecord()
    {
        const int FixedLength = 10;
        if (!TryReadName(ref _offset, out string name) || _message.Length - _offset < FixedLength)
        {
            return null;
        }

        ReadOnlySpan<byte> header = _message[_offset..];
        int type = BinaryPrimitives.ReadUInt16BigEndian(header);
        int dataLength = BinaryPrimitives.ReadUInt16BigEndian(header[8..]);
        int data = _offset + FixedLength;
        if (dataLength > _message.Length - data)
        {
            return null;
        }

        _offset = data + dataLength;
        var record = new DnsRecord
        {
            Name = name,
            Type = DnsNames.TypeOf(type),
            Class = DnsNames.ClassOf(BinaryPrimitives.ReadUInt16BigEndian(header[2..])),
            TTL = BinaryPrimitives.ReadUInt32BigEndian(header[4..]),
            DataLength = dataLength,
        };
        return WithData(record, type, data, dataLength);
    }

    // Data that make no sense leave the record without.
    private readonly DnsRecord WithData(DnsRecord record, int type, int offset, int length)
    {
        ReadOnlySpan<byte> data = _message.Slice(offset, length);
        switch (type)
        {
            case DnsNames.TypeA when length == 4:
            case DnsNames.TypeAaaa when length == 16:
                return record with { IP = new IPAddress(data).ToString() };
            case DnsNames.TypeNs when TryReadName(ref offset, out string name):
                return record with { NS = name };
            case DnsNames.TypeCname when TryReadName(ref offset, out string name):
                return record with { CName = name };
            case DnsNames.TypePtr when TryReadName(ref offset, out string name):
                return record with { PTR = name };
            case DnsNames.TypeTxt or DnsNames.TypeHinfo:
                return record with { TXTs = ReadTexts(data) };
            case DnsNames.TypeMx when length > 2:
                int preference = BinaryPrimitives.ReadUInt16BigEndian(data);
                offset += 2;
                return TryReadName(ref offset, out string exchange) ? record with { MX = new DnsMailExchange { Preference = preference, Name = exchange } } : record;
            case DnsNames.TypeSrv when length > 6:
                offset += 6;
                return TryReadName(ref offset, out string host) ? record with { SRV = MakeService(data, host) } : record;
            case DnsNames.TypeSoa when TryReadName(ref offset, out string primary) && TryReadName(ref offset, out string mailbox)
                && _message.Length - offset >= 20:
                return record with { SOA = MakeStartOfAuthority(primary, mailbox, _message[offset..]) };
            case DnsNames.TypeOpt:
                return record with { OPT = ReadOptions(data) };
            default:
                return record;
        }
    }

    private static DnsService MakeService(ReadOnlySpan<byte> data, string host) => new()
    {
        Priority = BinaryPrimitives.ReadUInt16BigEndian(data),
        Weight = BinaryPrimitives.ReadUInt16BigEndian(data[2..]),
        Port = BinaryPrimitives.ReadUInt16BigEndian(data[4..]),
        Name = host,
    };

    private static DnsStartOfAuthority MakeStartOfAuthority(string primary, string mailbox, ReadOnlySpan<byte> numbers) => new()
    {
        MName = primary,
        RName = mailbox,
        Serial = BinaryPrimitives.ReadUInt32BigEndian(numbers),
        Refresh = BinaryPrimitives.ReadUInt32BigEndian(numbers[4..]),
        Retry = BinaryPrimitives.ReadUInt32BigEndian(numbers[8..]),
        Expire = BinaryPrimitives.ReadUInt32BigEndian(numbers[12..]),
        Minimum = BinaryPrimitives.ReadUInt32BigEndian(numbers[16..]),
    };

    private static List<string> ReadTexts(ReadOnlySpan<byte> data)
    {
        var texts = new List<string>();
        while (!data.IsEmpty && data.Length > data[0])
        {
            int length = data[0];
            texts.Add(System.Text.Encoding.UTF8.GetString(data.Slice(1, length)));
            data = data[(length + 1)..];
        }

        return texts;
    }

    private static List<DnsOption> ReadOptions(ReadOnlySpan<byte> data)
    {
        const int OptionHeaderLength = 4;
        var options = new List<DnsOption>();
        while (data.Length >= OptionHeaderLength)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
            if (length > data.Length - OptionHeaderLength)
            {
                break;
            }

            options.Add(new DnsOption
            {
                Code = DnsNames.OptionOf(BinaryPrimitives.ReadUInt16BigEndian(data)),
                Data = length == 0 ? null : Convert.ToHexStringLower(data.Slice(OptionHeaderLength, length)),
            });
            data = data[(OptionHeaderLength + length)..];
        }

        return options;
    }

    // Labels up to an empty one, or to a pointer to others further in front.
    private readonly bool TryReadName(ref int offset, out string name)
    {
        var text = new StringBuilder();
        name = string.Empty;
        int position = offset;
        int end = -1;
        int length = 0;
        for (int pointers = 0; position < _message.Length;)
        {
            int label = _message[position];
            if (label == 0)
            {
                offset = end < 0 ? position + 1 : end;
                name = text.ToString();
                return true;
            }

            if (label >> 6 == 3)
            {
                if (position + 1 >= _message.Length || ++pointers > MaxPointers)
                {
                    return false;
                }

                int target = ((label & 0x3f) << 8) | _message[position + 1];
                end = end < 0 ? position + 2 : end;
                if (target >= position)
                {
                    return false;
                }

                position = target;
                continue;
            }

            length += label + 1;
            if (label > 63 || length > MaxNameLength || position + 1 + label > _message.Length)
            {
                return false;
            }

            AppendLabel(text, _message.Slice(position + 1, label));
            position += label + 1;
        }

        return false;
    }

    // As in zone files (RFC 1035 section 5.1): a dot inside a label, and what is no printable character, with a backslash.
    private static void AppendLabel(StringBuilder text, ReadOnlySpan<byte> label)
    {
        if (text.Length > 0)
        {
            text.Append('.');
        }

        foreach (byte character in label)
        {
            if (character is (byte)'.' or (byte)'\\')
            {
                text.Append('\\').Append((char)character);
            }
            else if (character is > 0x20 and < 0x7f)
            {
                text.Append((char)character);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\{character:d3}");
            }
        }
    }
}
