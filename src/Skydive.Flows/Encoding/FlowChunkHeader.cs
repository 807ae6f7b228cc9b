namespace Skydive.Flows.Encoding;

/// <summary>What can be told of an encoded block of flows without decoding it. Times are milliseconds since 1970-01-01 UTC.</summary>
public readonly record struct FlowChunkHeader
{
    /// <summary>How many flows there are.</summary>
    public required int Count { get; init; }

    /// <summary>How many bytes the block takes, header and checksum included.</summary>
    public required int Length { get; init; }

    /// <summary>The earliest Start of a flow; 0 when there are no flows.</summary>
    public required long MinStart { get; init; }

    /// <summary>The latest Start of a flow; 0 when there are no flows.</summary>
    public required long MaxStart { get; init; }

    /// <summary>The earliest Last of a flow; 0 when there are no flows.</summary>
    public required long MinLast { get; init; }

    /// <summary>The latest Last of a flow; 0 when there are no flows.</summary>
    public required long MaxLast { get; init; }

    /// <summary>Whether a flow of the block may have a packet in a span, bounds included.</summary>
    /// <param name="start">The span's begin.</param>
    /// <param name="last">The span's end.</param>
    public bool MayOverlap(long start, long last) => Count > 0 && MinStart <= last && MaxLast >= start;
}
