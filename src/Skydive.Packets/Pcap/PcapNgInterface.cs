namespace Skydive.Packets.Pcap;

/// <summary>What an interface description block of a pcapng file says.</summary>
/// <param name="LinkType">What packets of the interface begin with.</param>
/// <param name="SnapLength">The most bytes of a packet; 0 for no limit.</param>
/// <param name="Resolution">The unit of timestamps (<c>if_tsresol</c>): with the highest bit a power of 2, without one of 10, both negated.</param>
/// <param name="OffsetSeconds">To be added to timestamps (<c>if_tsoffset</c>).</param>
internal readonly record struct PcapNgInterface(LinkType LinkType, int SnapLength, byte Resolution, long OffsetSeconds)
{
    private const byte PowerOfTwo = 0x80;
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Turns a timestamp of the file into nanoseconds since 1970-01-01 UTC.</summary>
    public long ToNanoseconds(ulong timestamp)
    {
        int exponent = Resolution & ~PowerOfTwo;
        UInt128 nanoseconds;
        if ((Resolution & PowerOfTwo) != 0)
        {
            // 64 bits shifted by 64 or more leave fractions below a nanosecond.
            nanoseconds = exponent >= 95 ? 0 : ((UInt128)timestamp * NanosecondsPerSecond) >> exponent;
        }
        else
        {
            nanoseconds = exponent <= 9 ? (UInt128)timestamp * Power(9 - exponent) : exponent <= 28 ? timestamp / Power(exponent - 9) : 0;
        }

        Int128 result = (Int128)(nanoseconds > long.MaxValue ? long.MaxValue : (ulong)nanoseconds) + ((Int128)OffsetSeconds * (long)NanosecondsPerSecond);
        return result > long.MaxValue ? long.MaxValue : result < 0 ? 0 : (long)result;
    }

    private static ulong Power(int exponent)
    {
        ulong power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}
