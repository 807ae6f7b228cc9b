using System.Net.Sockets;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// Reads from a connection with a limit of time that can be set anew for each read: when it is over, <see cref="TimeoutException"/> is thrown, and
/// reading may go on later. For one thread of its own, which waits.
/// </summary>
internal sealed class InterruptibleStream(Socket socket) : Stream
{
    private readonly SocketWait _wait = new(socket);

    /// <summary>The longest that a read waits.</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>Ends a wait at once.</summary>
    public CancellationToken Stop { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="TimeoutException">Nothing came in time, or the wait was ended.</exception>
    public override int Read(Span<byte> buffer)
    {
        // What is there needs no waiting.
        if (socket.Available == 0 && !_wait.IsReady(Timeout, Stop))
        {
            throw new TimeoutException();
        }

        return socket.Receive(buffer);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _wait.Dispose();
            socket.Dispose();
        }

        base.Dispose(disposing);
    }
}
