using Skydive.Linux;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// Shares out the memory of packet rings, which the kernel keeps whether packets come or not: few captures get large rings, thousands get
/// small ones, and all together never more than the limit. Safe for use by several threads at once.
/// </summary>
internal sealed class RingBudget
{
    /// <summary>A tenth of a second of full speed at the default header size.</summary>
    private const int LargestRing = 8 << 20;

    /// <summary>What a quiet interface gets along with.</summary>
    private const int SmallestRing = 256 << 10;

    /// <summary>The next ring gets so small a part of what each would get if all were of one size, since those before it were larger.</summary>
    private const int Reserve = 10;

    private readonly Lock _lock = new();
    private readonly long _limit;
    private long _used;
    private int _count;

    /// <summary>Makes a budget.</summary>
    /// <param name="limit">Bytes of all rings together.</param>
    public RingBudget(long limit) => _limit = limit;

    /// <summary>Bytes that are in use.</summary>
    public long Used
    {
        get
        {
            lock (_lock)
            {
                return _used;
            }
        }
    }

    /// <summary>Takes the memory of one ring: a power of two of bytes.</summary>
    /// <exception cref="LinuxException">The limit is reached.</exception>
    public int Take()
    {
        lock (_lock)
        {
            long free = _limit - _used;
            if (free < SmallestRing)
            {
                throw new LinuxException(
                    "open a packet ring", Errno.NoMemory, LinuxErrorReason.ResourceExhausted,
                    $"{_count} rings hold the {_limit >> 20} MiB that agent.capture.ring_memory allows: stop captures, narrow their queries, or allow more");
            }

            long wanted = Math.Clamp(_limit / (Reserve * (_count + 1L)), SmallestRing, LargestRing);
            int size = 1 << System.Numerics.BitOperations.Log2((ulong)Math.Min(wanted, free));
            _used += size;
            _count++;
            return size;
        }
    }

    /// <summary>Gives back the memory of a ring.</summary>
    /// <param name="size">What <see cref="Take"/> gave.</param>
    public void Return(int size)
    {
        lock (_lock)
        {
            _used -= size;
            _count--;
        }
    }
}
