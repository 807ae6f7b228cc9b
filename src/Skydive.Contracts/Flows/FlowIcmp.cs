using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows;

/// <summary>What kind of ICMP message a flow consists of.</summary>
public sealed record FlowIcmp
{
    /// <summary>Name of the message type, the same for IPv4 and IPv6 and for request and reply, such as ECHO.</summary>
    public required string Type { get; init; }

    /// <summary>The code; 0 is left out of the JSON.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Code { get; init; }

    /// <summary>Identifier of an echo; 0 is left out of the JSON.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ID { get; init; }
}
