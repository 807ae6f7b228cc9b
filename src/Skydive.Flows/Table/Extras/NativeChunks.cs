using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Skydive.Flows.Table.Extras;

/// <summary>A growing array in native memory whose elements never move, in chunks as long as those of <see cref="FlowStorage"/>.</summary>
internal sealed unsafe class NativeChunks<T> : IDisposable
    where T : unmanaged
{
    private nint[] _chunks = new nint[8];
    private int _count;

    ~NativeChunks() => Free();

    /// <summary>How many elements there is room for.</summary>
    public uint Length => (uint)_count * FlowStorage.ChunkLength;

    /// <summary>Native memory in use, in bytes.</summary>
    public long SizeBytes => (long)Length * sizeof(T);

    /// <summary>The element of an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* At(uint entry) => (T*)_chunks[entry / FlowStorage.ChunkLength] + (entry % FlowStorage.ChunkLength);

    /// <summary>Makes room for one chunk more; its elements are zero.</summary>
    /// <exception cref="OutOfMemoryException">There is no memory; nothing has changed.</exception>
    public void AddChunk()
    {
        if (_count == _chunks.Length)
        {
            Array.Resize(ref _chunks, _count * 2);
        }

        _chunks[_count] = (nint)NativeMemory.AllocZeroed(FlowStorage.ChunkLength, (nuint)sizeof(T));
        _count++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        for (; _count > 0; _count--)
        {
            NativeMemory.Free((void*)_chunks[_count - 1]);
        }
    }
}
