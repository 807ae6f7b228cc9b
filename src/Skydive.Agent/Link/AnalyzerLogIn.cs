using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace Skydive.Agent.Link;

/// <summary>How an agent proves to analyzers who it is, and they to it. Never shows its secrets.</summary>
public sealed class AnalyzerLogIn : IDisposable
{
    private readonly string? _authorization;

    /// <summary>Makes it.</summary>
    /// <param name="credential">User name and password; null for none.</param>
    /// <param name="handler">Makes connections: knows which certificates to trust and to show.</param>
    public AnalyzerLogIn(NetworkCredential? credential, SocketsHttpHandler handler)
    {
        _authorization = credential is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));
        Invoker = new(handler);
    }

    /// <summary>Sends the requests that become WebSockets.</summary>
    internal HttpMessageInvoker Invoker { get; }

    /// <inheritdoc/>
    public void Dispose() => Invoker.Dispose();

    /// <summary>Puts user name and password on a request.</summary>
    internal void Authorize(ClientWebSocketOptions options)
    {
        if (_authorization is not null)
        {
            options.SetRequestHeader("Authorization", _authorization);
        }
    }
}
