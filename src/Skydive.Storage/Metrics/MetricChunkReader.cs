using Skydive.Contracts.Metadata;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Metrics;

/// <summary>Reads what <see cref="MetricChunkWriter"/> wrote, series by series. It refers to the bytes, which must not change meanwhile.</summary>
internal sealed class MetricChunkReader
{
    private readonly byte[] _data;
    private readonly string[] _texts;
    private readonly int _seriesCount;
    private readonly int _directory;
    private readonly int _blocks;

    /// <summary>Reads the texts.</summary>
    /// <param name="data">The chunk.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public MetricChunkReader(byte[] data)
    {
        _data = data;
        var reader = new ByteReader(data);
        _texts = new string[reader.ReadCount()];
        for (int i = 0; i < _texts.Length; i++)
        {
            _texts[i] = System.Text.Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadCount()));
        }

        _seriesCount = reader.ReadCount();
        int directoryLength = reader.ReadCount();
        _directory = data.Length - reader.Remaining;
        reader.ReadBytes(directoryLength);
        _blocks = data.Length - reader.Remaining;
    }

    /// <summary>The series of the chunk, in the order of path and element; one with very many samples may follow itself.</summary>
    /// <exception cref="InvalidDataException">The directory makes no sense.</exception>
    public List<MetricChunkEntry> ReadDirectory()
    {
        var entries = new List<MetricChunkEntry>(_seriesCount);
        var reader = new ByteReader(_data.AsSpan(_directory, _blocks - _directory));
        int position = _blocks;
        for (int i = 0; i < _seriesCount; i++)
        {
            string path = GetText(reader.ReadVarint());
            var element = MetricElement.Read(ref reader);
            ulong columns = reader.ReadVarint();
            ulong length = reader.ReadVarint();
            if (length > (ulong)(_data.Length - position) || columns > length)
            {
                throw new InvalidDataException($"a block of {length} bytes is announced, and {_data.Length - position} are left");
            }

            entries.Add(new(path, element, (int)columns, position, (int)length));
            position += (int)length;
        }

        return reader.Remaining == 0 && position == _data.Length
            ? entries
            : throw new InvalidDataException("bytes follow the end of a chunk of metrics");
    }

    /// <summary>Reads the samples of a series.</summary>
    /// <param name="entry">Which, of this chunk.</param>
    /// <exception cref="InvalidDataException">They make no sense.</exception>
    public MetadataMap[] ReadSamples(in MetricChunkEntry entry)
    {
        var reader = new ByteReader(_data.AsSpan(entry.Position, entry.Length));
        string[] names = new string[entry.Columns];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = GetText(reader.ReadVarint());
            if (names[i].Contains('.', StringComparison.Ordinal))
            {
                throw new InvalidDataException($"'{names[i]}' is no metadata key");
            }
        }

        return MetricBlock.Read(reader, names);
    }

    private string GetText(ulong number) =>
        number < (ulong)_texts.Length ? _texts[number] : throw new InvalidDataException($"there is no text {number} in a chunk of metrics");
}
