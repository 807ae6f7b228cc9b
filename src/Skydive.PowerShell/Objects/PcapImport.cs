namespace Skydive;

/// <summary>A pcap file that was sent to a service.</summary>
public sealed class PcapImport
{
    internal PcapImport(string path, long sizeBytes, TimeSpan duration, Uri uri)
    {
        Path = path;
        SizeBytes = sizeBytes;
        Duration = duration;
        Uri = uri;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How many bytes were sent.</summary>
    public long SizeBytes { get; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Address of the service.</summary>
    public Uri Uri { get; }
}
