namespace Skydive.Packets.Collectors;

/// <summary>A sample of an sFlow datagram; a view of the datagram.</summary>
public readonly ref struct SFlowSample
{
    private readonly ReadOnlySpan<byte> _records;
    private readonly uint _recordCount;

    internal SFlowSample(SFlowSampleKind kind, uint sequence, uint sourceClass, uint sourceIndex, uint samplingRate, uint drops, uint recordCount, ReadOnlySpan<byte> records)
    {
        Kind = kind;
        Sequence = sequence;
        SourceClass = sourceClass;
        SourceIndex = sourceIndex;
        SamplingRate = samplingRate;
        Drops = drops;
        _recordCount = recordCount;
        _records = records;
    }

    /// <summary>What it tells of.</summary>
    public SFlowSampleKind Kind { get; }

    /// <summary>Its number among those of its source.</summary>
    public uint Sequence { get; }

    /// <summary>What the source is: 0 an interface.</summary>
    public uint SourceClass { get; }

    /// <summary>Which one it is: the index of an interface.</summary>
    public uint SourceIndex { get; }

    /// <summary>One of so many packets was sampled; 0 for samples of counters.</summary>
    public uint SamplingRate { get; }

    /// <summary>How many samples the exporter could not send since it began; 0 for samples of counters.</summary>
    public uint Drops { get; }

    /// <summary>Enumerates the records.</summary>
    public Enumerator GetEnumerator() => new(_records, _recordCount);

    /// <summary>Enumerates the records of a sample. Ends at the first that is damaged.</summary>
    public ref struct Enumerator
    {
        private XdrReader _reader;
        private uint _left;

        internal Enumerator(ReadOnlySpan<byte> records, uint count)
        {
            _reader = new(records);
            _left = count;
        }

        /// <summary>The current record.</summary>
        public SFlowRecord Current { get; private set; }

        /// <summary>Moves to the next record.</summary>
        /// <returns>False when there is none.</returns>
        public bool MoveNext()
        {
            if (_left == 0)
            {
                return false;
            }

            _left--;
            uint format = _reader.ReadUInt32();
            var data = _reader.ReadOpaque();
            Current = _reader.IsShort ? default : new(format, data);
            return !_reader.IsShort;
        }
    }
}
