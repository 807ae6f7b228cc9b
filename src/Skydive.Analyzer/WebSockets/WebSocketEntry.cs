using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Status;

namespace Skydive.Analyzer.WebSockets;

/// <summary>How every WebSocket connection begins: who is it, may it come in, and what is said of us.</summary>
internal static class WebSocketEntry
{
    /// <summary>Reads who the client is; null when that was refused.</summary>
    public static async Task<ClientIdentity?> IdentifyAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "this path speaks WebSocket only").ConfigureAwait(false);
            return null;
        }

        if (ClientIdentity.Read(context.Request, out string? error) is not { } client)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, error!).ConfigureAwait(false);
            return null;
        }

        return client;
    }

    /// <summary>Opens the connection.</summary>
    public static Task<WebSocket> AcceptAsync(HttpContext context, WebSocketOptions options, string host, string serviceType)
    {
        context.Response.Headers[WebSocketHeaders.HostId] = host;
        context.Response.Headers[WebSocketHeaders.ServiceType] = serviceType;
        return context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = options.PingDelay,
            KeepAliveTimeout = options.PongTimeout,
        });
    }

    /// <summary>The state of a connection that is up from now on.</summary>
    public static ConnectionStatus StatusOf(HttpContext context, ClientIdentity client) => new()
    {
        ServiceType = client.ClientType,
        ClientProtocol = client.Protocol,
        Addr = context.Connection.RemoteIpAddress?.ToString() ?? string.Empty,
        Port = context.Connection.RemotePort,
        IsConnected = true,
        ConnectTime = DateTimeOffset.UtcNow,
        RemoteHost = client.HostId,
    };

    /// <summary>Answers a request that does not become a connection.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }
}
