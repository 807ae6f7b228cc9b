using System.Net;
using System.Net.WebSockets;
using Skydive.Client.Errors;
using Skydive.Client.Http;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Messages;

namespace Skydive.Client.Streams;

/// <summary>Opens WebSockets of a service, and says what went wrong with them.</summary>
internal static class WebSocketConnector
{
    /// <summary>Connects a socket with the client's credentials.</summary>
    /// <param name="client">The client.</param>
    /// <param name="socket">The socket; headers of its own are kept.</param>
    /// <param name="path">Path below the service's address.</param>
    /// <param name="clientType">What the client calls itself.</param>
    /// <param name="hostId">Identity of the client.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task ConnectAsync(SkydiveClient client, ClientWebSocket socket, string path, string clientType, string hostId, CancellationToken cancellationToken)
    {
        var options = socket.Options;
        options.CollectHttpResponseDetails = true;
        options.SetRequestHeader(WebSocketHeaders.HostId, hostId);
        options.SetRequestHeader(WebSocketHeaders.ClientType, clientType);
        options.SetRequestHeader(WebSocketHeaders.ClientProtocol, "json");
        foreach (var (name, value) in client.AuthenticationHeaders())
        {
            options.SetRequestHeader(name, value);
        }

        var address = new UriBuilder(client.Address) { Scheme = client.Address.Scheme == "https" ? "wss" : "ws" };
        address.Path = $"{address.Path.TrimEnd('/')}/{path}";
        using var deadline = new Deadline(client.Options.ConnectionTimeout, cancellationToken);
        try
        {
            await socket.ConnectAsync(address.Uri, client.Invoker, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (deadline.IsExpired)
        {
            throw client.TimedOut(deadline.Limit, exception);
        }
    }

    /// <summary>What stands behind a failure; null when it is clear already or none of the connection.</summary>
    public static SkydiveException? Translate(SkydiveClient client, Exception exception, ClientWebSocket socket)
    {
        switch (exception)
        {
            case SkydiveException:
                return null;
            case OperationCanceledException:
                return client.TimedOut(client.Options.OperationTimeout, exception);
            case WebSocketException when socket.HttpStatusCode is not (0 or HttpStatusCode.SwitchingProtocols):
                int status = (int)socket.HttpStatusCode;
                string detail = $"the service refuses the connection: {status} {socket.HttpStatusCode}";
                return new SkydiveApiException(new ApiError { Status = status, Code = ErrorReader.CodeOf(status), Detail = detail });
            case WebSocketException { InnerException: { } inner } when client.TranslateFailure(inner) is { } failure:
                return failure;
            case WebSocketException:
                return new SkydiveConnectionException(
                    SkydiveConnectionReason.Interrupted, client.Address, $"the connection with {client.Address} broke: {exception.Message}", exception);
            default:
                return client.TranslateFailure(exception);
        }
    }

    /// <summary>What of a name can stand in a header.</summary>
    public static string AsciiName(string name) => string.Concat(name.Where(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_'));
}
