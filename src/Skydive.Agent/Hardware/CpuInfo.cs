using System.Globalization;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Hardware;

/// <summary>
/// The processors of this host as Skydive's <c>CPU</c> list: {CPU, VendorID, Family, Model, Stepping, PhysicalID, CoreID, Cores, ModelName,
/// Mhz, CacheSize (KiB), Microcode}; what is not known is left out. Source: <c>proc_cpuinfo(5)</c>.
/// </summary>
internal static class CpuInfo
{
    // Enough for the largest machines; the list goes to every analyzer and subscriber.
    private const int MaximumCpus = 4096;

    /// <summary>Reads the text of <c>/proc/cpuinfo</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="readFrequency">The highest frequency of a CPU in kHz; null when that is not known, and the current one is taken.</param>
    public static MetadataValue Parse(string text, Func<int, long?> readFrequency)
    {
        var cpus = new List<MetadataValue>();
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string key = colon < 0 ? string.Empty : line[..colon].Trim();

            // Some architectures have a line "Processor" that is about all of them.
            if (key == "processor" || (key.Length == 0 && fields.Count > 0))
            {
                Add(cpus, fields, readFrequency);
                fields.Clear();
            }

            if (key.Length > 0)
            {
                fields[key] = line[(colon + 1)..].Trim();
            }
        }

        Add(cpus, fields, readFrequency);
        return MetadataValue.List(cpus);
    }

    private static void Add(List<MetadataValue> cpus, Dictionary<string, string> fields, Func<int, long?> readFrequency)
    {
        if (!int.TryParse(fields.GetValueOrDefault("processor"), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || cpus.Count >= MaximumCpus)
        {
            return;
        }

        var cpu = new MetadataBuilder().Set("CPU", number).Set("Cores", 1);
        SetText("VendorID", "vendor_id", "CPU implementer");
        SetText("Family", "cpu family", "CPU architecture");
        SetText("Model", "model", "CPU part");
        SetText("PhysicalID", "physical id", null);
        SetText("CoreID", "core id", null);
        SetText("ModelName", "model name", null);
        SetText("Microcode", "microcode", null);
        if ((ReadInteger("stepping") ?? ReadInteger("CPU revision")) is { } stepping)
        {
            cpu.Set("Stepping", stepping);
        }

        if (ReadInteger("cache size") is { } cacheSize)
        {
            cpu.Set("CacheSize", cacheSize);
        }

        if ((readFrequency(number) / 1000 ?? ReadInteger("cpu MHz")) is { } frequency)
        {
            cpu.Set("Mhz", frequency);
        }

        cpus.Add(cpu.Build());

        void SetText(string key, string field, string? otherField)
        {
            if ((fields.GetValueOrDefault(field) ?? (otherField is null ? null : fields.GetValueOrDefault(otherField))) is { Length: > 0 } value)
            {
                cpu.Set(key, value);
            }
        }

        // "1024 KB" and "2596.144" are whole numbers here.
        long? ReadInteger(string field)
        {
            var value = fields.GetValueOrDefault(field).AsSpan();
            int end = value.IndexOfAnyExceptInRange('0', '9');
            return long.TryParse(end < 0 ? value : value[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
        }
    }
}
