using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Skydive.Service.Tests.Support;

/// <summary>Stands between an agent and an analyzer, and breaks their connections when it is told to.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _to;
    private readonly ConcurrentBag<TcpClient> _connections = [];
    private readonly Task _accepting;

    public TcpRelay(Uri to)
    {
        _to = to;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Authority => _listener.LocalEndpoint.ToString()!;

    /// <summary>Breaks all connections that there are; new ones are taken at once.</summary>
    public void Cut()
    {
        while (_connections.TryTake(out var connection))
        {
            // Not an end, but a break: the other side gets a reset. One that has ended by itself has no socket any more.
            if (connection.Client is { } socket)
            {
                socket.LingerState = new(true, 0);
            }

            connection.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            from.Dispose();
            to.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var agent = await _listener.AcceptTcpClientAsync();
            var analyzer = new TcpClient();
            try
            {
                await analyzer.ConnectAsync(_to.Host, _to.Port);
            }
            catch (SocketException)
            {
                agent.Dispose();
                analyzer.Dispose();
                continue;
            }

            _connections.Add(agent);
            _connections.Add(analyzer);
            _ = CopyAsync(agent, analyzer);
            _ = CopyAsync(analyzer, agent);
        }
    }
}
