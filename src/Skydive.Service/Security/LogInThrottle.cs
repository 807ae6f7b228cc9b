using System.Net;
using Skydive.Analyzer.Access;

namespace Skydive.Service.Security;

/// <summary>
/// Limits how many passwords a client may try that are not right. An attempt counts from its beginning, so that many at once do not get through, and no longer when it was
/// right. What is remembered is bounded. Safe for use by several threads at once.
/// </summary>
internal sealed class LogInThrottle(int failuresPerMinute, TimeProvider time)
{
    private const int MaximumClients = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, (double Failures, long At)> _clients = [];

    /// <summary>Begins an attempt.</summary>
    /// <param name="address">Where it comes from.</param>
    /// <returns>How long to wait; null when it may go on.</returns>
    public TimeSpan? Begin(IPAddress? address)
    {
        var client = ClientAddress.KeyOf(address);
        lock (_lock)
        {
            double failures = Failures(client);
            if (failures + 1 > failuresPerMinute)
            {
                return TimeSpan.FromMinutes((failures + 1 - failuresPerMinute) / failuresPerMinute);
            }

            if (_clients.Count >= MaximumClients && !_clients.ContainsKey(client))
            {
                MakeRoom();
            }

            _clients[client] = (failures + 1, time.GetTimestamp());
            return null;
        }
    }

    /// <summary>The password was right.</summary>
    /// <param name="address">Where it came from.</param>
    public void Succeed(IPAddress? address)
    {
        var client = ClientAddress.KeyOf(address);
        lock (_lock)
        {
            double failures = Failures(client) - 1;
            if (failures > 0)
            {
                _clients[client] = (failures, time.GetTimestamp());
            }
            else
            {
                _clients.Remove(client);
            }
        }
    }

    // They wear off evenly.
    private double Failures(IPAddress client) => _clients.TryGetValue(client, out var entry)
        ? Math.Max(0, entry.Failures - (time.GetElapsedTime(entry.At).TotalMinutes * failuresPerMinute)) : 0;

    private void MakeRoom()
    {
        foreach (var client in _clients.Keys.Where(client => Failures(client) == 0).ToArray())
        {
            _clients.Remove(client);
        }

        // Whoever has so many addresses is not held back by a limit for each: those with the fewest failures are forgotten.
        foreach (var client in _clients.OrderBy(static entry => entry.Value.Failures).Take(_clients.Count - MaximumClients + 1 + (MaximumClients / 10)).Select(static entry => entry.Key).ToArray())
        {
            _clients.Remove(client);
        }
    }
}
