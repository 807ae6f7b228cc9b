using Skydive.Linux;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Polling;

namespace Skydive.Agent.PingMeshes;

/// <summary>
/// The sockets of all ping meshes of this host, one for each namespace and family, and the one thread that receives on them. Without pairs there
/// is neither. Safe for use by several threads at once.
/// </summary>
internal sealed class PingReceiver : IDisposable
{
    private readonly Lock _changing = new();
    private readonly Dictionary<ulong, PingSocket> _sockets = [];
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DescriptorPoller? _poller;
    private ulong _nextKey;

    /// <summary>Fails with what broke the thread; else never ends.</summary>
    public Task Completion => _broken.Task;

    /// <summary>Gives a pair a socket and an identifier.</summary>
    /// <exception cref="LinuxException">The process lacks a capability, or all identifiers are taken.</exception>
    /// <exception cref="ObjectDisposedException">The namespace is gone.</exception>
    public (PingSocket Socket, ushort Identifier) Add(PingPairRun pair, NetworkNamespace space, bool isV6)
    {
        lock (_changing)
        {
            var socket = _sockets.Values.FirstOrDefault(other => other.Namespace == space.Id && other.IsV6 == isV6) ?? Open(space, isV6);
            return socket.TryAdd(pair, out ushort identifier)
                ? (socket, identifier)
                : throw new LinuxException("find an unused ICMP identifier", Errno.NoSpace);
        }
    }

    /// <summary>Takes them back. The socket goes with its last pair, the thread with the last socket.</summary>
    public void Remove(PingSocket socket, ushort identifier)
    {
        lock (_changing)
        {
            socket.Remove(identifier);
            if (socket.PairCount > 0)
            {
                return;
            }

            foreach (ulong key in _sockets.Where(entry => entry.Value == socket).Select(static entry => entry.Key).ToArray())
            {
                _sockets.Remove(key);
            }

            // The poller forgets what is closed.
            socket.Dispose();
            if (_sockets.Count == 0)
            {
                _poller?.Dispose();
                _poller = null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_changing)
        {
            foreach (var socket in _sockets.Values)
            {
                socket.Dispose();
            }

            _sockets.Clear();
            _poller?.Dispose();
            _poller = null;
        }
    }

    private PingSocket Open(NetworkNamespace space, bool isV6)
    {
        var socket = PingSocket.Open(space, isV6);
        try
        {
            if (_poller is null)
            {
                var poller = _poller = new();
                new Thread(() => Run(poller)) { IsBackground = true, Name = "ping replies" }.Start();
            }

            ulong key = _nextKey++;
            _sockets.Add(key, socket);
            _poller.Add(socket.Descriptor, key);
            return socket;
        }
        catch
        {
            Remove(socket, 0);
            throw;
        }
    }

    private void Run(DescriptorPoller poller)
    {
        Span<ulong> keys = stackalloc ulong[64];
        byte[] buffer = PingSocket.MakeBuffer();
        try
        {
            while (poller.Wait(keys, out int count, Timeout.InfiniteTimeSpan, CancellationToken.None) != WaitOutcome.Cancelled)
            {
                foreach (ulong key in keys[..count])
                {
                    PingSocket? socket;
                    lock (_changing)
                    {
                        socket = _sockets.GetValueOrDefault(key);
                    }

                    try
                    {
                        socket?.Receive(buffer);
                    }
                    catch (ObjectDisposedException)
                    {
                        // Its last pair went in this moment.
                    }
                }
            }
        }
#pragma warning disable CA1031 // The thread's last resort: whoever watches the agent is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _broken.TrySetException(e);
        }
    }
}
