namespace Skydive.Agent.Injections;

/// <summary>The frames of an injection, one after another. Belongs to one thread at a time.</summary>
internal interface IFrameSeries
{
    /// <summary>How many frames there are.</summary>
    long Count { get; }

    /// <summary>How many bytes the longest has.</summary>
    int MaximumLength { get; }

    /// <summary>Whether the frames have times at which they are due; without, they are sent as fast as the kernel takes them.</summary>
    bool IsTimed { get; }

    /// <summary>Gives a frame. The first is asked for first, then each next one.</summary>
    /// <param name="index">Which one, from 0 on.</param>
    /// <returns>The frame; good until the next one is asked for.</returns>
    ReadOnlySpan<byte> Get(long index);

    /// <summary>When a frame is due, from the first one on.</summary>
    /// <param name="index">Which one, from 0 on.</param>
    TimeSpan GetDue(long index);
}
