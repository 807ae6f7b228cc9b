using System.Globalization;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;

namespace Skydive.Storage.Tests.Support;

/// <summary>Metric samples for tests.</summary>
internal static class MakeMetrics
{
    public static MetricSample Sample(string element, long start, long last, long rxBytes = 100, string path = MetricSample.LastUpdate) =>
        new(element, path, MetadataMap.Create(("RxBytes", rxBytes), ("RxPackets", (rxBytes / 100) + 1), ("Start", start), ("Last", last)));

    /// <summary>element:start-last=RxBytes</summary>
    public static string Describe(this MetricSample sample) =>
        string.Create(CultureInfo.InvariantCulture, $"{sample.ElementId}:{sample.Start}-{sample.Last}={sample.Values["RxBytes"]}");

    public static string Uuid(int number) => string.Create(CultureInfo.InvariantCulture, $"5fd4e3f1-0b5c-41ae-9b7a-{number:x12}");

    /// <summary>What an interface counted in 30 s: some do nothing, some talk a little and regularly, some are busy. Zero is left out, as probes do.</summary>
    public static MetricSample Interface(int index, long start, Random random)
    {
        long last = start + 30_000 + random.Next(-3, 4);
        var builder = new MetadataBuilder();
        builder.Set("Start", start).Set("Last", last);
        if (index % 4 != 0)
        {
            long packets = index % 4 == 1 ? random.Next(3) : index % 4 == 2 ? 40 + random.Next(20) : (long)(20_000 * (1 + Math.Sin(start / 1e7)) * (0.8 + (0.4 * random.NextDouble()))) + 1;
            Set(builder, "RxPackets", packets);
            Set(builder, "RxBytes", packets * random.Next(80, 900));
            Set(builder, "TxPackets", packets * 2 / 3);
            Set(builder, "TxBytes", packets * random.Next(60, 400));
            Set(builder, "Multicast", random.Next(20) == 0 ? 1 : 0);
            Set(builder, "RxDropped", random.Next(500) == 0 ? random.Next(100) : 0);
        }

        return new(Uuid(index), MetricSample.LastUpdate, builder.Build());
    }

    private static void Set(MetadataBuilder builder, string key, long value)
    {
        if (value != 0)
        {
            builder.Set(key, value);
        }
    }
}
