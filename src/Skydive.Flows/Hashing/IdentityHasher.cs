namespace Skydive.Flows.Hashing;

/// <summary>
/// Gives the digests of a growing input as Skydive's flow keys were made: its hash library (pierrec/xxHash 0.1.5) spoiled its own lanes
/// whenever it was asked for a digest of 32 bytes or more, so that every later digest of the same input is not xxHash64's. First digests, and
/// those of short inputs, are. Flow UUIDs and the TrackingIDs of IPv6 depend on it.
/// </summary>
/// <param name="buffer">Room for the whole input.</param>
internal ref struct IdentityHasher(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private XxHash64.Lanes _lanes = new(seed: 0);
    private int _length;
    private int _consumed;

    /// <summary>Makes the input longer.</summary>
    /// <param name="length">By how many bytes.</param>
    /// <returns>The new bytes, to be written before the next call.</returns>
    public Span<byte> Extend(int length)
    {
        _length += length;
        return _buffer.Slice(_length - length, length);
    }

    /// <summary>The digest of the input so far.</summary>
    public ulong Digest()
    {
        for (; _length - _consumed >= XxHash64.StripeLength; _consumed += XxHash64.StripeLength)
        {
            _lanes.Add(_buffer[_consumed..]);
        }

        ReadOnlySpan<byte> tail = _buffer[_consumed.._length];
        if (_length < XxHash64.StripeLength)
        {
            return XxHash64.Finish(XxHash64.ShortStart, tail, _length);
        }

        ulong hash = _lanes.Converge();
        _lanes.Spoil();
        return XxHash64.Finish(hash, tail, _length);
    }
}
