using System.IO.Pipelines;
using System.Net.WebSockets;
using Skydive.Contracts.Messages;

namespace Skydive.Contracts.Tests.Messages;

public sealed class WebSocketReaderTests
{
    [Fact]
    public async Task ReadAsync_MessageInParts_IsPutTogether()
    {
        var (left, right) = MakePair();
        byte[] sent = new byte[100_000];
        new Random(1).NextBytes(sent);
        var sending = Task.Run(async () =>
        {
            await left.SendAsync(sent.AsMemory(0, 10), WebSocketMessageType.Binary, false, default);
            await left.SendAsync(sent.AsMemory(10), WebSocketMessageType.Binary, true, default);
            await left.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, true, default);
            await left.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        });

        var message = await WebSocketReader.ReadAsync(right, sent.Length, default);
        Assert.Equal(WebSocketMessageType.Binary, message!.Value.Type);
        Assert.Equal(sent, message.Value.Data.ToArray());
        message = await WebSocketReader.ReadAsync(right, sent.Length, default);
        Assert.Equal((WebSocketMessageType.Text, 0), (message!.Value.Type, message.Value.Data.Length));
        Assert.Null(await WebSocketReader.ReadAsync(right, sent.Length, default));
        await sending;
    }

    [Fact]
    public async Task ReadAsync_MessageTooLarge_IsRefusedBeforeItIsAllHere()
    {
        var (left, right) = MakePair();
        var sending = left.SendAsync(new byte[1000], WebSocketMessageType.Binary, false, default);

        await Assert.ThrowsAsync<WebSocketException>(() => WebSocketReader.ReadAsync(right, 999, default));
        await sending;
    }

    [Fact]
    public async Task ReadAsync_ConnectionBroken_Throws()
    {
        var (left, right) = MakePair();
        left.Dispose();

        await Assert.ThrowsAsync<WebSocketException>(() => WebSocketReader.ReadAsync(right, 999, default));
    }

    private static (WebSocket Left, WebSocket Right) MakePair()
    {
        Pipe forth = new(), back = new();
        return (
            WebSocket.CreateFromStream(new DuplexStream(back.Reader.AsStream(), forth.Writer.AsStream()), new WebSocketCreationOptions { IsServer = true }),
            WebSocket.CreateFromStream(new DuplexStream(forth.Reader.AsStream(), back.Writer.AsStream()), new WebSocketCreationOptions { IsServer = false }));
    }

    private sealed class DuplexStream(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => output.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            output.Dispose();
            input.Dispose();
            base.Dispose(disposing);
        }
    }
}
