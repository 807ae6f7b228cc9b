using Microsoft.AspNetCore.Http;

namespace Skydive.Analyzer.Api;

/// <summary>
/// The body of a request that may not be longer than this API needs. Whoever sends more gets 413 for an answer: the server takes what is still
/// on its way for some seconds and throws it away, since clients that find the connection closed while they send never look for an answer.
/// </summary>
internal sealed class LimitedBody : Stream
{
    private readonly Stream _body;
    private readonly long _limit;
    private long _read;

    private LimitedBody(Stream body, long limit)
    {
        _body = body;
        _limit = limit;
    }

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

    /// <summary>Puts a limit on the body of a request.</summary>
    /// <param name="request">The request, of whose body nothing was read yet.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <exception cref="BadHttpRequestException">It says itself that it is longer.</exception>
    public static void Apply(HttpRequest request, long limit)
    {
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        request.Body = new LimitedBody(request.Body, limit);
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Count(await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
        }
        catch (IOException e) when (e.InnerException is OverflowException)
        {
            // The web server tells of a chunk whose size no number holds as of a broken connection.
            throw new BadHttpRequestException("the size of a chunk is no size", StatusCodes.Status400BadRequest, e);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Count(_body.Read(buffer, offset, count));

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

    private static BadHttpRequestException TooLarge(long limit) =>
        new($"the body is longer than the {limit} bytes that this request may have", StatusCodes.Status413PayloadTooLarge);

    private int Count(int read)
    {
        _read += read;
        return _read <= _limit ? read : throw TooLarge(_limit);
    }
}
