using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;

namespace Skydive.Flows.Encoding;

/// <summary>
/// A place in an encoded block of flows, to look at some fields of each flow without making it: only the columns that are asked for are
/// decoded. Answers as the flow itself would. Not for use by several threads at once.
/// </summary>
public sealed class FlowChunkCursor : IFieldSource
{
    private readonly FlowChunkReader _reader;
    private readonly FlowRowBuilder _builder;

    // A filter asks for the same few fields in every row.
    private FieldPath? _lastPath;
    private FlowColumnDefinition? _lastColumn;

    /// <summary>Stands on the first flow.</summary>
    /// <param name="reader">The block.</param>
    public FlowChunkCursor(FlowChunkReader reader)
    {
        _reader = reader;
        _builder = new(reader);
    }

    /// <summary>Which flow of the block this is.</summary>
    public int Row { get; set; }

    /// <summary>When the flow's first packet was seen.</summary>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public long Start => _builder.Numbers(FlowColumn.Start)[Row];

    /// <summary>When its last packet was seen.</summary>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public long Last => _builder.Numbers(FlowColumn.Last)[Row];

    /// <summary>Its identity.</summary>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public string Uuid => _builder.Texts(FlowColumn.Uuid)[Row]!;

    /// <summary>The topology identifier of the node where it was captured.</summary>
    /// <exception cref="FlowChunkException">The column is damaged.</exception>
    public string NodeTid => _builder.Texts(FlowColumn.NodeTid)[Row]!;

    /// <summary>The whole flow.</summary>
    /// <exception cref="FlowChunkException">A column is damaged.</exception>
    public Flow Read() => _builder.Build(Row);

    /// <inheritdoc/>
    /// <exception cref="FlowChunkException">A column is damaged.</exception>
    public bool TryGetField(FieldPath path, out MetadataValue value)
    {
        if (!ReferenceEquals(path, _lastPath))
        {
            _lastColumn = FlowColumnNames.Find(path.Text) is { } column ? FlowColumns.Find(column) : null;
            _lastPath = path;
        }

        value = _lastColumn is { } definition ? Get(definition) : GetOther(path);
        return !value.IsNull;
    }

    private MetadataValue Get(FlowColumnDefinition definition) =>
        definition.Part != FlowParts.None && (_reader.GetParts(Row) & definition.Part) == 0 ? default
            : definition.Number is not null ? _builder.Numbers(definition.Column)[Row]
            : _builder.Texts(definition.Column)[Row];

    // Both ends at once, names of protocols, and extra layers.
    private MetadataValue GetOther(FieldPath path) => path.Text switch
    {
        "Link" => Both(FlowParts.Link, FlowColumn.LinkA, FlowColumn.LinkB),
        "Network" => Both(FlowParts.Network, FlowColumn.NetworkA, FlowColumn.NetworkB),
        "Transport" => (_reader.GetParts(Row) & FlowParts.Transport) == 0
            ? default
            : MetadataValue.List(_builder.Numbers(FlowColumn.TransportA)[Row], _builder.Numbers(FlowColumn.TransportB)[Row]),
        _ => FlowFields.Get(Read(), path.Text),
    };

    private MetadataValue Both(FlowParts part, FlowColumn a, FlowColumn b) =>
        (_reader.GetParts(Row) & part) == 0 ? default : MetadataValue.List(_builder.Texts(a)[Row], _builder.Texts(b)[Row]);
}
