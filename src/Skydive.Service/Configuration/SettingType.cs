namespace Skydive.Service.Configuration;

/// <summary>What kind of value a setting takes.</summary>
internal enum SettingType
{
    Text,
    Integer,
    Boolean,
    TextList,

    /// <summary>Seconds as a number, or a text with a unit: 500ms, 30s, 5m, 2h, 7d.</summary>
    Duration,

    /// <summary>Bytes as a number, or a text with a unit: 64k, 200M, 2G (powers of 1024).</summary>
    Size,

    /// <summary>address:port, :port or port.</summary>
    Endpoint,

    /// <summary>Keys and values of whatever kind and depth; in the environment as YAML on one line, such as <c>{rack: 7}</c>.</summary>
    Map,

    /// <summary>A list of such maps.</summary>
    MapList,
}
