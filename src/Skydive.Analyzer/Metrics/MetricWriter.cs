using System.Globalization;
using System.Text;

namespace Skydive.Analyzer.Metrics;

/// <summary>Writes counters in the text format of Prometheus (exposition format 0.0.4).</summary>
internal sealed class MetricWriter
{
    /// <summary>The media type of what is written.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private string _name = string.Empty;

    /// <summary>A number that only grows, but for restarts.</summary>
    /// <param name="name">Its name without the prefix, ending in <c>_total</c>.</param>
    /// <param name="help">What it counts, and in which unit.</param>
    public MetricWriter Counter(string name, string help) => Begin(name, "counter", help);

    /// <summary>A number that goes up and down.</summary>
    /// <param name="name">Its name without the prefix.</param>
    /// <param name="help">What it is, and in which unit.</param>
    public MetricWriter Gauge(string name, string help) => Begin(name, "gauge", help);

    /// <summary>A value of the metric that was begun last.</summary>
    /// <param name="value">The value.</param>
    /// <param name="labels">What tells it apart from others of the metric.</param>
    public MetricWriter Value(double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(_name);
        for (int i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            Escape(labels[i].Value);
            _text.Append('"');
        }

        if (labels.Length > 0)
        {
            _text.Append('}');
        }

        _text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private MetricWriter Begin(string name, string type, string help)
    {
        _name = name.StartsWith("process_", StringComparison.Ordinal) ? name : "skydive_" + name;
        _text.Append("# HELP ").Append(_name).Append(' ').Append(help).Append('\n').Append("# TYPE ").Append(_name).Append(' ').Append(type).Append('\n');
        return this;
    }

    private void Escape(string value)
    {
        foreach (char c in value)
        {
            _ = c switch
            {
                '\\' => _text.Append(@"\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(c),
            };
        }
    }
}
