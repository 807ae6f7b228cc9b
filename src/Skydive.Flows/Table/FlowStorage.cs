using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Skydive.Flows.Hashing;
using Skydive.Flows.Table.Extras;

namespace Skydive.Flows.Table;

/// <summary>
/// The flows of one table in native memory: entries in chunks that never move, and an open-addressing index from key to entry that doubles
/// when it is half full. Starts at about 300 KB; nothing per lookup or per flow reaches the managed heap. Not for use by several threads at
/// once; pointers to entries stay valid until <see cref="Dispose()"/>.
/// </summary>
internal sealed unsafe class FlowStorage : IDisposable
{
    /// <summary>No entry.</summary>
    public const uint None = uint.MaxValue;

    /// <summary>Entries of one chunk.</summary>
    public const int ChunkLength = 1 << ChunkBits;

    private const int ChunkBits = 10;
    private const uint ChunkMask = ChunkLength - 1;
    private const int InitialSlots = 2 * ChunkLength;
    private const int CacheLine = 64;

    private readonly HashSecret _secret;
    private readonly Func<FlowExtras>? _makeExtras;

    // One slot holds the low half of a key's hash in its high half, and in its low half the entry's number plus one; 0 is a free slot.
    private ulong* _index;
    private uint _indexMask;

    private FlowHot** _hotChunks;
    private FlowCold** _coldChunks;
    private int _chunkCount;
    private int _chunkCapacity;

    // Entries that were removed, chained through the first word of their keys; the next one never used.
    private uint _free = None;
    private uint _end;
    private bool _isDisposed;

    /// <summary>Makes a storage without flows.</summary>
    /// <param name="secret">What keys are hashed with.</param>
    /// <param name="makeExtras">Makes what flows have beyond what every flow has; null when nothing is asked for.</param>
    public FlowStorage(in HashSecret secret, Func<FlowExtras>? makeExtras)
    {
        _secret = secret;
        _makeExtras = makeExtras;
        Extras = makeExtras?.Invoke();
        _index = AllocateIndex(InitialSlots);
        _indexMask = InitialSlots - 1;
    }

    ~FlowStorage() => Free();

    /// <summary>How many flows there are.</summary>
    public int Count { get; private set; }

    /// <summary>What the flows have beyond what every flow has; null when nothing was asked for.</summary>
    public FlowExtras? Extras { get; }

    /// <summary>Entries from here on were never used.</summary>
    public uint End => _end;

    /// <summary>Native memory in use, in bytes.</summary>
    public long SizeBytes => ((_indexMask + 1L) * sizeof(ulong)) + ((long)_chunkCount * ChunkLength * (sizeof(FlowHot) + sizeof(FlowCold)))
        + (Extras?.SizeBytes ?? 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FlowHot* Hot(uint entry) => _hotChunks[entry >> ChunkBits] + (entry & ChunkMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FlowCold* Cold(uint entry) => _coldChunks[entry >> ChunkBits] + (entry & ChunkMask);

    /// <summary>Asks for the cache line of a key's index slot, for a lookup soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchSlot(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_index + ((uint)hash & _indexMask));
        }
    }

    /// <summary>Asks for the cache lines of the entry that a key probably has, for a lookup soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchEntry(ulong hash)
    {
        ulong slot = _index[(uint)hash & _indexMask];
        if (Sse.IsSupported && slot != 0)
        {
            var hot = (byte*)Hot((uint)slot - 1);
            Sse.Prefetch0(hot);
            Sse.Prefetch0(hot + CacheLine);
        }
    }

    /// <summary>Finds a flow: equal hashes are not enough, the keys are compared in full.</summary>
    /// <returns>The entry, or <see cref="None"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(in FlowKey key, ulong hash)
    {
        uint position = (uint)hash & _indexMask;
        while (true)
        {
            ulong slot = _index[position];
            if (slot == 0)
            {
                return None;
            }

            uint entry = (uint)slot - 1;
            if ((uint)(slot >> 32) == (uint)hash && Hot(entry)->Key.Equals(in key))
            {
                return entry;
            }

            position = (position + 1) & _indexMask;
        }
    }

    /// <summary>Adds a flow whose key is not there yet.</summary>
    /// <returns>The entry; all of it but the key is zero.</returns>
    /// <exception cref="OutOfMemoryException">There is no memory for more flows; nothing has changed.</exception>
    public uint Add(in FlowKey key, ulong hash)
    {
        if ((uint)Count >= (_indexMask + 1) / 2)
        {
            GrowIndex();
        }

        uint entry = _free;
        if (entry != None)
        {
            _free = (uint)Hot(entry)->Key.FirstHigh;
        }
        else
        {
            if (_end == (uint)_chunkCount << ChunkBits)
            {
                AddChunk();
            }

            entry = _end++;
        }

        FlowHot* hot = Hot(entry);
        *hot = default;
        hot->Key = key;
        *Cold(entry) = default;
        InsertSlot(_index, _indexMask, ((ulong)(uint)hash << 32) | (entry + 1));
        Count++;
        return entry;
    }

    /// <summary>Removes a flow.</summary>
    public void Remove(uint entry)
    {
        FlowHot* hot = Hot(entry);
        uint position = (uint)hot->Key.Hash(in _secret) & _indexMask;
        while ((uint)_index[position] != entry + 1)
        {
            position = (position + 1) & _indexMask;
        }

        CloseGap(position);
        Extras?.Release(entry);
        hot->State = FlowState.None;
        hot->Key.FirstHigh = _free;
        _free = entry;
        Count--;
    }

    /// <summary>Copies the flows into a new storage that is as small as they allow, and their extras go there too: this one is to be disposed.</summary>
    /// <exception cref="OutOfMemoryException">There is no memory for the copy; nothing has changed.</exception>
    public FlowStorage Compact()
    {
        var copy = new FlowStorage(in _secret, _makeExtras);
        try
        {
            // Extras have parts that only one of them can own: they move when nothing can go wrong any more.
            foreach (uint entry in LiveEntries())
            {
                Copy(entry, copy);
            }

            uint target = 0;
            foreach (uint entry in Extras is null ? [] : LiveEntries())
            {
                Extras!.Move(entry, copy.Extras!, target++);
            }
        }
        catch
        {
            copy.Dispose();
            throw;
        }

        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Extras?.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    private IEnumerable<uint> LiveEntries()
    {
        for (uint entry = 0; entry < _end; entry++)
        {
            if (IsLive(entry))
            {
                yield return entry;
            }
        }
    }

    private bool IsLive(uint entry) => (Hot(entry)->State & FlowState.Live) != 0;

    private void Copy(uint entry, FlowStorage copy)
    {
        FlowHot* hot = Hot(entry);
        uint target = copy.Add(in hot->Key, hot->Key.Hash(in _secret));
        *copy.Hot(target) = *hot;
        *copy.Cold(target) = *Cold(entry);
    }

    private static ulong* AllocateIndex(uint slots)
    {
        var index = (ulong*)NativeMemory.AlignedAlloc(slots * (nuint)sizeof(ulong), CacheLine);
        NativeMemory.Clear(index, slots * (nuint)sizeof(ulong));
        return index;
    }

    private static void InsertSlot(ulong* index, uint mask, ulong slot)
    {
        uint position = (uint)(slot >> 32) & mask;
        while (index[position] != 0)
        {
            position = (position + 1) & mask;
        }

        index[position] = slot;
    }

    private void GrowIndex()
    {
        uint slots = checked((_indexMask + 1) * 2);
        ulong* index = AllocateIndex(slots);
        for (uint position = 0; position <= _indexMask; position++)
        {
            if (_index[position] != 0)
            {
                InsertSlot(index, slots - 1, _index[position]);
            }
        }

        NativeMemory.AlignedFree(_index);
        _index = index;
        _indexMask = slots - 1;
    }

    // Moves later slots of the same run forward, so that no lookup stops at the hole and no tombstones pile up.
    private void CloseGap(uint hole)
    {
        uint position = hole;
        while (true)
        {
            position = (position + 1) & _indexMask;
            ulong slot = _index[position];
            if (slot == 0)
            {
                _index[hole] = 0;
                return;
            }

            uint home = (uint)(slot >> 32) & _indexMask;
            if (((position - home) & _indexMask) >= ((position - hole) & _indexMask))
            {
                _index[hole] = slot;
                hole = position;
            }
        }
    }

    private void AddChunk()
    {
        if (_chunkCount == _chunkCapacity)
        {
            int capacity = Math.Max(8, _chunkCapacity * 2);
            _hotChunks = (FlowHot**)NativeMemory.Realloc(_hotChunks, (nuint)capacity * (nuint)sizeof(void*));
            _coldChunks = (FlowCold**)NativeMemory.Realloc(_coldChunks, (nuint)capacity * (nuint)sizeof(void*));
            _chunkCapacity = capacity;
        }

        // If there is no memory for the others, room for extras is there all the same next time.
        if (Extras is not null && Extras.Length <= (uint)_chunkCount << ChunkBits)
        {
            Extras.AddChunk();
        }

        var hot = (FlowHot*)NativeMemory.AlignedAlloc((nuint)ChunkLength * (nuint)sizeof(FlowHot), CacheLine);
        FlowCold* cold;
        try
        {
            cold = (FlowCold*)NativeMemory.AlignedAlloc((nuint)ChunkLength * (nuint)sizeof(FlowCold), CacheLine);
        }
        catch
        {
            NativeMemory.AlignedFree(hot);
            throw;
        }

        _hotChunks[_chunkCount] = hot;
        _coldChunks[_chunkCount] = cold;
        _chunkCount++;
    }

    private void Free()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        for (int i = 0; i < _chunkCount; i++)
        {
            NativeMemory.AlignedFree(_hotChunks[i]);
            NativeMemory.AlignedFree(_coldChunks[i]);
        }

        NativeMemory.Free(_hotChunks);
        NativeMemory.Free(_coldChunks);
        NativeMemory.AlignedFree(_index);
    }
}
