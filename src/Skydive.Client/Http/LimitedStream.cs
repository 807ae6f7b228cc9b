using System.Text.Json;

namespace Skydive.Client.Http;

/// <summary>Reads from another stream up to a limit, and starts the deadline anew with every part. Does not own the other stream.</summary>
internal sealed class LimitedStream : Stream
{
    private readonly Stream _inner;
    private readonly Deadline _deadline;
    private readonly long _limit;
    private long _read;

    public LimitedStream(Stream inner, long limit, Deadline deadline)
    {
        _inner = inner;
        _limit = limit;
        _deadline = deadline;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _deadline.Restart();
        _read += count;
        return _read <= _limit ? count : throw new JsonException($"the answer is larger than {_limit} bytes");
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();
}
