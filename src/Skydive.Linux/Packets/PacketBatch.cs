using System.Runtime.InteropServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Packets;

/// <summary>Frames that are handed to the kernel by one system call. Belongs to one thread at a time.</summary>
public sealed unsafe class PacketBatch : IDisposable
{
    private readonly int _maximumLength;
    private void* _memory;

    /// <summary>Makes an empty batch.</summary>
    /// <param name="capacity">How many frames it holds at most.</param>
    /// <param name="maximumLength">How many bytes a frame has at most.</param>
    public PacketBatch(int capacity, int maximumLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumLength);
        Capacity = capacity;
        _maximumLength = maximumLength;
        _memory = NativeMemory.AllocZeroed((nuint)capacity, (nuint)(sizeof(MultiMessageHeader) + sizeof(IoVector) + maximumLength));
    }

    /// <summary>How many frames it holds at most.</summary>
    public int Capacity { get; }

    /// <summary>How many frames are in it.</summary>
    public int Count { get; private set; }

    private MultiMessageHeader* Messages => (MultiMessageHeader*)_memory;

    private IoVector* Vectors => (IoVector*)(Messages + Capacity);

    private byte* Bytes => (byte*)(Vectors + Capacity);

    /// <summary>Adds a frame.</summary>
    /// <param name="frame">Its bytes, which are copied.</param>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    /// <exception cref="ArgumentException">The frame is longer than the batch was made for.</exception>
    public void Add(ReadOnlySpan<byte> frame)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        if (Count == Capacity)
        {
            throw new InvalidOperationException($"The batch is full with {Capacity} frames.");
        }

        if (frame.Length > _maximumLength)
        {
            throw new ArgumentException($"A frame of {frame.Length} bytes is longer than {_maximumLength}.", nameof(frame));
        }

        byte* bytes = Bytes + ((long)Count * _maximumLength);
        frame.CopyTo(new Span<byte>(bytes, _maximumLength));
        Vectors[Count] = new IoVector { Base = bytes, Length = (nuint)frame.Length };
        Messages[Count].Header = new MessageHeader { Vectors = Vectors + Count, VectorCount = 1 };
        Count++;
    }

    /// <summary>Takes all frames out.</summary>
    public void Clear() => Count = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        Count = 0;
    }

    /// <summary>Hands frames to the kernel without waiting.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="first">The first frame that is to be sent.</param>
    /// <returns>How many frames were taken; negative when none was, with the reason in <c>errno</c>.</returns>
    internal int Send(SafeDescriptor socket, int first)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        return Libc.SendMultiple(socket, Messages + first, (uint)(Count - first), Constants.MessageDontWait);
    }
}
