using System.Globalization;

namespace Skydive.Flows.Layers;

/// <summary>The names of the numbers in DNS messages, from the IANA registry of DNS parameters, in the spelling of Skydive where it has them.</summary>
internal static class DnsNames
{
    public const int TypeA = 1;
    public const int TypeNs = 2;
    public const int TypeCname = 5;
    public const int TypeSoa = 6;
    public const int TypePtr = 12;
    public const int TypeHinfo = 13;
    public const int TypeMx = 15;
    public const int TypeTxt = 16;
    public const int TypeAaaa = 28;
    public const int TypeSrv = 33;
    public const int TypeOpt = 41;

    public static string TypeOf(int type) => type switch
    {
        TypeA => "A",
        TypeNs => "NS",
        3 => "MD",
        4 => "MF",
        TypeCname => "CNAME",
        TypeSoa => "SOA",
        7 => "MB",
        8 => "MG",
        9 => "MR",
        10 => "NULL",
        11 => "WKS",
        TypePtr => "PTR",
        TypeHinfo => "HINFO",
        14 => "MINFO",
        TypeMx => "MX",
        TypeTxt => "TXT",
        TypeAaaa => "AAAA",
        29 => "LOC",
        TypeSrv => "SRV",
        35 => "NAPTR",
        39 => "DNAME",
        TypeOpt => "OPT",
        43 => "DS",
        44 => "SSHFP",
        46 => "RRSIG",
        47 => "NSEC",
        48 => "DNSKEY",
        50 => "NSEC3",
        52 => "TLSA",
        64 => "SVCB",
        65 => "HTTPS",
        250 => "TSIG",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        256 => "URI",
        257 => "CAA",
        _ => string.Create(CultureInfo.InvariantCulture, $"TYPE{type}"),
    };

    public static string ClassOf(int value) => value switch
    {
        1 => "IN",
        2 => "CS",
        3 => "CH",
        4 => "HS",
        254 => "NONE",
        255 => "Any",
        _ => string.Create(CultureInfo.InvariantCulture, $"CLASS{value}"),
    };

    public static string OperationOf(int operation) => operation switch
    {
        0 => "Query",
        1 => "Inverse Query",
        2 => "Status",
        4 => "Notify",
        5 => "Update",
        6 => "Stateful Operation",
        _ => "Unknown",
    };

    public static string ResponseOf(int code) => code switch
    {
        0 => "No Error",
        1 => "Format Error",
        2 => "Server Failure",
        3 => "Non-Existent Domain",
        4 => "Not Implemented",
        5 => "Query Refused",
        6 => "Name Exists when it should not",
        7 => "RR Set Exists when it should not",
        8 => "RR Set that should exist does not",
        9 => "Server Not Authoritative for zone",
        10 => "Name not contained in zone",
        _ => "Unknown",
    };

    public static string OptionOf(int code) => code switch
    {
        3 => "NSID",
        5 => "DAU",
        6 => "DHU",
        7 => "N3U",
        8 => "EDNSClientSubnet",
        9 => "EDNSExpire",
        10 => "Cookie",
        11 => "EDNSKeepAlive",
        12 => "CodePadding",
        13 => "CodeChain",
        14 => "CodeEDNSKeyTag",
        15 => "ExtendedError",
        16 => "EDNSClientTag",
        17 => "EDNSServerTag",
        26946 => "DeviceID",
        _ => code.ToString(CultureInfo.InvariantCulture),
    };
}
