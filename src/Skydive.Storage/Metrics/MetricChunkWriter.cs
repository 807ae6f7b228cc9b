using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Metrics;

/// <summary>
/// Encodes samples of many series as they come: quick to write, and one series is found without decoding the others. It names all by text
/// and so needs nothing but itself to be read.
/// <code>
/// varint count of texts; each as varint length and UTF-8
/// varint count of series; varint length of the directory in bytes
/// directory, ordered by path and element: for each series varint number of its path's text, element (MetricElement), varint count of its
///   counters, varint length of its block
/// for each series: varint numbers of its counters' texts, then the block (MetricBlock)
/// </code>
/// </summary>
internal sealed class MetricChunkWriter
{
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly ByteWriter _textBytes = new();
    private readonly ByteWriter _directory = new();
    private readonly ByteWriter _blocks = new();
    private readonly ByteWriter _block = new();
    private int _seriesCount;

    /// <summary>Encodes samples.</summary>
    /// <param name="samples">The samples; those of one series keep their order.</param>
    public static byte[] Write(IReadOnlyList<MetricSample> samples)
    {
        var bySeries = new Dictionary<MetricSeries, List<MetadataMap>>(samples.Count);
        foreach (var sample in samples)
        {
            var series = new MetricSeries(sample.Path, sample.ElementId);
            if (!bySeries.TryGetValue(series, out var list))
            {
                bySeries[series] = list = new(1);
            }

            list.Add(sample.Values);
        }

        var writer = new MetricChunkWriter();
        foreach (var (series, list) in bySeries.OrderBy(static pair => pair.Key))
        {
            writer.Add(series, list);
        }

        return writer.Finish();
    }

    private void Add(MetricSeries series, List<MetadataMap> samples)
    {
        for (int start = 0; start < samples.Count; start += MetricBlock.MaximumSamples)
        {
            _block.Clear();
            var part = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(samples)[start..Math.Min(samples.Count, start + MetricBlock.MaximumSamples)];
            string[] names = MetricBlock.Write(_block, part);
            int before = _blocks.Length;
            foreach (string name in names)
            {
                _blocks.WriteVarint((ulong)NumberOf(name));
            }

            _blocks.WriteBytes(_block.Written);
            _directory.WriteVarint((ulong)NumberOf(series.Path));
            MetricElement.Of(series.ElementId).Write(_directory);
            _directory.WriteVarint((ulong)names.Length);
            _directory.WriteVarint((ulong)(_blocks.Length - before));
            _seriesCount++;
        }
    }

    private int NumberOf(string text)
    {
        if (!_texts.TryGetValue(text, out int number))
        {
            number = _texts.Count;
            _texts.Add(text, number);
            _textBytes.WriteText(text);
        }

        return number;
    }

    private byte[] Finish()
    {
        var head = new ByteWriter();
        head.WriteVarint((ulong)_texts.Count);
        head.WriteBytes(_textBytes.Written);
        head.WriteVarint((ulong)_seriesCount);
        head.WriteVarint((ulong)_directory.Length);
        return [.. head.Written, .. _directory.Written, .. _blocks.Written];
    }
}
