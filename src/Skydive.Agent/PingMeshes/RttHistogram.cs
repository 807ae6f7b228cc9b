using System.Numerics;

namespace Skydive.Agent.PingMeshes;

/// <summary>Round trip times in steps of a sixteenth of their power of two: 1.7 KB for all from a microsecond to a minute, whatever their number.</summary>
internal sealed class RttHistogram
{
    private const int StepBits = 4;
    private const int Steps = 1 << StepBits;
    private const int LeastPower = 10; // 1,024 ns
    private const int GreatestPower = 36; // 69 s

    private readonly uint[] _counts = new uint[(GreatestPower - LeastPower + 1) * Steps];
    private long _count;

    /// <summary>Adds a time in nanoseconds.</summary>
    public void Add(long time)
    {
        _counts[IndexOf(time)]++;
        _count++;
    }

    /// <summary>The time that so many of a thousand do not exceed, to a sixteenth; 0 without any.</summary>
    /// <param name="perMille">How many.</param>
    public long Percentile(int perMille)
    {
        if (_count == 0)
        {
            return 0;
        }

        long rank = ((_count * perMille) + 999) / 1000;
        int index = 0;
        for (long seen = _counts[0]; seen < rank; seen += _counts[++index])
        {
        }

        // The middle of the step.
        int power = LeastPower + (index >> StepBits);
        long low = (1L << power) + ((long)(index & (Steps - 1)) << (power - StepBits));
        return low + (1L << (power - StepBits - 1));
    }

    private static int IndexOf(long time)
    {
        int power = BitOperations.Log2((ulong)Math.Max(time, 1));
        return power < LeastPower ? 0
            : power > GreatestPower ? ((GreatestPower - LeastPower + 1) * Steps) - 1
            : ((power - LeastPower) << StepBits) + (int)((time >> (power - StepBits)) & (Steps - 1));
    }
}
