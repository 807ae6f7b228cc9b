using System.Text;
using Skydive.Contracts.Flows.Layers;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Flows;

/// <summary>
/// The fields of extra layers by name: those of the JSON, or those that Skydive's queries use, such as <c>DNS.ResponseCode</c> for
/// <c>DNS.response_code</c>. A field of a list, such as <c>DNS.answers.IP</c>, is the list of the elements' values.
/// </summary>
internal static class ExtraLayerFields
{
    /// <summary>The names of all fields, as in the JSON; lists without the fields of their elements.</summary>
    public static readonly string[] Names =
    [
        "DHCPv4.hardware_len", "DHCPv4.hardware_opts", "DHCPv4.xid", "DHCPv4.secs", "DHCPv4.flags", "DHCPv4.server_name", "DHCPv4.file",
        "DNS.ID", "DNS.QR", "DNS.op_code", "DNS.AA", "DNS.TC", "DNS.RD", "DNS.RA", "DNS.z", "DNS.response_code", "DNS.q_d_count", "DNS.a_n_count",
        "DNS.n_s_count", "DNS.a_r_count", "DNS.questions.name", "DNS.questions.type", "DNS.questions.class", "DNS.answers.name", "DNS.answers.type",
        "DNS.answers.class", "DNS.answers.TTL", "DNS.answers.IP", "DNS.answers.NS", "DNS.answers.c_name", "DNS.answers.PTR",
        "DNS.timestamp.seconds", "DNS.timestamp.nanos",
        "VRRPv2.version", "VRRPv2.virtual_rtrID", "VRRPv2.priority", "VRRPv2.count_ipaddr", "VRRPv2.adver_int", "VRRPv2.checksum",
    ];

    public static MetadataValue Get(DnsLayer? layer, ReadOnlySpan<char> field)
    {
        if (layer is null)
        {
            return default;
        }

        int dot = field.IndexOf('.');
        if (dot >= 0)
        {
            ReadOnlySpan<char> member = field[(dot + 1)..];
            return field[..dot] switch
            {
                "questions" or "Questions" => All(layer.Questions, member, Get),
                "answers" or "Answers" => All(layer.Answers, member, Get),
                "authorities" or "Authorities" => All(layer.Authorities, member, Get),
                "additionals" or "Additionals" => All(layer.Additionals, member, Get),
                "timestamp" or "Timestamp" => Get(layer.Timestamp, member),
                _ => default,
            };
        }

        return field switch
        {
            "ID" => layer.ID,
            "QR" => layer.QR,
            "op_code" or "OpCode" => layer.OpCode,
            "AA" => layer.AA,
            "TC" => layer.TC,
            "RD" => layer.RD,
            "RA" => layer.RA,
            "z" or "Z" => layer.Z,
            "response_code" or "ResponseCode" => layer.ResponseCode,
            "q_d_count" or "QDCount" => layer.QDCount,
            "a_n_count" or "ANCount" => layer.ANCount,
            "n_s_count" or "NSCount" => layer.NSCount,
            "a_r_count" or "ARCount" => layer.ARCount,
            _ => default(MetadataValue),
        };
    }

    public static MetadataValue Get(DhcpV4Layer? layer, ReadOnlySpan<char> field) => layer is null ? default : field switch
    {
        "hardware_len" or "HardwareLen" => layer.HardwareLen,
        "hardware_opts" or "HardwareOpts" => layer.HardwareOpts,
        "xid" or "Xid" => layer.Xid,
        "secs" or "Secs" => layer.Secs,
        "flags" or "Flags" => layer.Flags,
        "server_name" or "ServerName" => Text(layer.ServerName),
        "file" or "File" => Text(layer.File),
        _ => default(MetadataValue),
    };

    public static MetadataValue Get(VrrpV2Layer? layer, ReadOnlySpan<char> field) => layer is null ? default : field switch
    {
        "version" or "Version" => layer.Version,
        "virtual_rtrID" or "VirtualRtrID" => layer.VirtualRtrID,
        "priority" or "Priority" => layer.Priority,
        "count_ipaddr" or "CountIpaddr" => layer.CountIpaddr,
        "adver_int" or "AdverInt" => layer.AdverInt,
        "checksum" or "Checksum" => layer.Checksum,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(WireTimestamp? time, ReadOnlySpan<char> field) => time is null ? default : field switch
    {
        "seconds" or "Seconds" => time.Seconds,
        "nanos" or "Nanos" => time.Nanos,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(DnsQuestion question, ReadOnlySpan<char> field) => field switch
    {
        "name" or "Name" => question.Name,
        "type" or "Type" => question.Type,
        "class" or "Class" => question.Class,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(DnsRecord record, ReadOnlySpan<char> field) => field switch
    {
        "name" or "Name" => record.Name,
        "type" or "Type" => record.Type,
        "class" or "Class" => record.Class,
        "TTL" => record.TTL,
        "data_length" or "DataLength" => record.DataLength,
        "IP" => record.IP,
        "NS" => record.NS,
        "c_name" or "CName" => record.CName,
        "PTR" => record.PTR,
        "TXTs" => record.TXTs is { } texts ? MetadataValue.List(texts) : default,
        _ => default(MetadataValue),
    };

    private static MetadataValue All<T>(IReadOnlyList<T>? elements, ReadOnlySpan<char> field, FieldReader<T> read)
    {
        var values = new List<MetadataValue>();
        foreach (T element in elements ?? [])
        {
            var value = read(element, field);
            if (!value.IsNull)
            {
                values.Add(value);
            }
        }

        return values.Count == 0 ? default : MetadataValue.List(values);
    }

    // Texts of fixed length, padded with zeros.
    private static MetadataValue Text(byte[]? bytes)
    {
        if (bytes is null)
        {
            return default;
        }

        int end = Array.IndexOf(bytes, (byte)0);
        return Encoding.UTF8.GetString(bytes, 0, end < 0 ? bytes.Length : end);
    }

    private delegate MetadataValue FieldReader<in T>(T element, ReadOnlySpan<char> field);
}
