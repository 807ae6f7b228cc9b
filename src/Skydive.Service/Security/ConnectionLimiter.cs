using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Access;

namespace Skydive.Service.Security;

/// <summary>Takes only so many connections in all and from one address, before anything is read from them. Safe for use by several threads at once.</summary>
internal sealed partial class ConnectionLimiter(int maximum, int maximumPerAddress, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_logPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _connections = [];
    private int _count;
    private long _refused;
    private long? _loggedAt;

    /// <summary>Puts the limit before what serves a connection.</summary>
    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        var client = ClientAddress.KeyOf((connection.RemoteEndPoint as IPEndPoint)?.Address);
        if (!TryEnter(client))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(client);
        }
    };

    private bool TryEnter(IPAddress client)
    {
        lock (_lock)
        {
            int own = _connections.GetValueOrDefault(client);
            if (_count < maximum && own < maximumPerAddress)
            {
                _count++;
                _connections[client] = own + 1;
                return true;
            }

            _refused++;
            if (_loggedAt is null || time.GetElapsedTime(_loggedAt.Value) >= s_logPause)
            {
                _loggedAt = time.GetTimestamp();
                LogRefused(logger, client, own, _count, _refused);
            }

            return false;
        }
    }

    private void Leave(IPAddress client)
    {
        lock (_lock)
        {
            _count--;
            if (--_connections[client] == 0)
            {
                _connections.Remove(client);
            }
        }
    }

    [LoggerMessage(3131, LogLevel.Warning, "A connection from {Address} is refused: it has {Own}, there are {Count} in all; {Refused} were refused so far (http.limits.connections, connections_per_address)")]
    private static partial void LogRefused(ILogger logger, IPAddress address, int own, int count, long refused);
}
