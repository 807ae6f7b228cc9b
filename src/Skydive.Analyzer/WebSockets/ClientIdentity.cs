using Microsoft.AspNetCore.Http;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.WebSockets;

/// <summary>What a WebSocket client says of itself, in headers or query parameters.</summary>
internal sealed record ClientIdentity
{
    private const string ProtobufProtocol = "protobuf";
    private const string PersistentPolicy = "Persistent";
    private const string DeleteOnDisconnectPolicy = "DeleteOnDisconnect";

    public required string HostId { get; init; }

    /// <summary>Whether the client gave its identity; else it was given one.</summary>
    public required bool IsNamed { get; init; }

    public required string ClientType { get; init; }

    public required IReadOnlyList<string> Namespaces { get; init; }

    public string? GremlinFilter { get; init; }

    public bool PartialUpdates { get; init; }

    /// <summary>json or protobuf.</summary>
    public required string Protocol { get; init; }

    /// <summary>Whether messages travel in their binary form.</summary>
    public bool IsBinary => Protocol == ProtobufProtocol;

    /// <summary>
    /// What is wrong with how the client wants to be told; null when nothing is. As with Skydive, the client learns of it by a connection that ends at once.
    /// </summary>
    public string? Problem { get; init; }

    /// <summary>Whether what the client publishes goes with its connection.</summary>
    public bool DeleteOnDisconnect { get; init; }

    /// <summary>Origin of what the client publishes.</summary>
    public string Origin => $"{ClientType}.{HostId}";

    /// <summary>Reads the request; null with an error for the client when something is missing or wrong.</summary>
    public static ClientIdentity? Read(HttpRequest request, out string? error)
    {
        string? clientType = Get(request, WebSocketHeaders.ClientType);
        if (string.IsNullOrEmpty(clientType))
        {
            error = $"header {WebSocketHeaders.ClientType} is missing";
            return null;
        }

        string protocol = Get(request, WebSocketHeaders.ClientProtocol) ?? "json";
        if (protocol is not ("json" or ProtobufProtocol))
        {
            error = $"{WebSocketHeaders.ClientProtocol} '{protocol}' is neither json nor {ProtobufProtocol}";
            return null;
        }

        string policy = Get(request, WebSocketHeaders.UpdatePolicy) ?? "full";
        string persistence = Get(request, WebSocketHeaders.PersistencePolicy) is { Length: > 0 } given ? given : PersistentPolicy;
        if (persistence is not (PersistentPolicy or DeleteOnDisconnectPolicy))
        {
            error = $"{WebSocketHeaders.PersistencePolicy} '{persistence}' is neither {PersistentPolicy} nor {DeleteOnDisconnectPolicy}";
            return null;
        }

        error = null;
        string[] namespaces = [.. Values(request, WebSocketHeaders.Namespace).SelectMany(static value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        string? host = Get(request, WebSocketHeaders.HostId);
        return new()
        {
            HostId = string.IsNullOrEmpty(host) ? Guid.NewGuid().ToString() : host,
            IsNamed = !string.IsNullOrEmpty(host),
            ClientType = clientType,
            Namespaces = namespaces.Length == 0 ? [MessageNamespaces.All] : namespaces,
            GremlinFilter = Get(request, WebSocketHeaders.GremlinFilter) is { Length: > 0 } filter ? filter : null,
            Protocol = protocol,
            Problem = policy is "full" or "partial" ? null : $"{WebSocketHeaders.UpdatePolicy} '{policy}' is neither full nor partial",
            PartialUpdates = policy == "partial",
            DeleteOnDisconnect = persistence == DeleteOnDisconnectPolicy,
        };
    }

    public bool Wants(string messageNamespace) => Namespaces.Contains(MessageNamespaces.All) || Namespaces.Contains(messageNamespace);

    private static string? Get(HttpRequest request, string name) => Values(request, name).FirstOrDefault();

    private static IEnumerable<string> Values(HttpRequest request, string name) =>
        (request.Headers.TryGetValue(name, out var header) ? header : request.Query[name]).OfType<string>();
}
