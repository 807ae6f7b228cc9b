namespace Skydive.Contracts.Messages;

/// <summary>Request headers of a WebSocket connection; each may be given as a query parameter as well, in any case.</summary>
public static class WebSocketHeaders
{
    /// <summary>Identity of the client.</summary>
    public const string HostId = "X-Host-ID";

    /// <summary>What the client calls itself; mandatory.</summary>
    public const string ClientType = "X-Client-Type";

    /// <summary>json or protobuf.</summary>
    public const string ClientProtocol = "X-Client-Protocol";

    /// <summary>Namespaces to deliver; may be repeated; * for all.</summary>
    public const string Namespace = "X-Websocket-Namespace";

    /// <summary>Limits events to what a Gremlin expression gives.</summary>
    public const string GremlinFilter = "X-Gremlin-Filter";

    /// <summary>full or partial.</summary>
    public const string UpdatePolicy = "X-Update-Policy";

    /// <summary>Persistent or DeleteOnDisconnect.</summary>
    public const string PersistencePolicy = "X-Persistence-Policy";

    /// <summary>In the answer: what the server calls itself.</summary>
    public const string ServiceType = "X-Service-Type";
}
