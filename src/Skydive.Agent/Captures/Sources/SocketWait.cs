using System.Net.Sockets;
using Skydive.Linux;
using Skydive.Linux.Polling;

namespace Skydive.Agent.Captures.Sources;

/// <summary>Waits until a socket can be read, a time is over or a token fires, on a thread that has nothing else to do.</summary>
internal sealed class SocketWait : IDisposable
{
    private readonly SafeDescriptor _descriptor;
    private readonly DescriptorWait _wait;

    /// <summary>Makes a wait for a socket, which stays with its owner and is closed after this.</summary>
    public SocketWait(Socket socket)
    {
        _descriptor = new((int)socket.Handle, ownsHandle: false);
        _wait = new(_descriptor);
    }

    /// <summary>Waits.</summary>
    /// <returns>Whether there is something to read, which may be the end.</returns>
    public bool IsReady(TimeSpan timeout, CancellationToken stop) => _wait.Wait(timeout, stop) == WaitOutcome.Ready;

    /// <inheritdoc/>
    public void Dispose()
    {
        _wait.Dispose();
        _descriptor.Dispose();
    }
}
