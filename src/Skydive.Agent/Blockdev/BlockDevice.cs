using System.Globalization;
using System.Text.Json;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Blockdev;

/// <summary>A block device as <c>lsblk -pO --json</c> tells of it. Source: <c>lsblk(8)</c>.</summary>
internal sealed class BlockDevice
{
    /// <summary>More devices than any host has; garbage that goes on for ever ends here.</summary>
    private const int MaximumDevices = 20_000;

    private static readonly (string Key, string Column, AttributeKind Kind)[] s_attributes =
    [
        ("Alignment", "alignment", AttributeKind.Integer), ("DiscAln", "disc-aln", AttributeKind.Integer), ("DiscGran", "disc-gran", AttributeKind.Text),
        ("DiscMax", "disc-max", AttributeKind.Text), ("DiscZero", "disc-zero", AttributeKind.Boolean), ("Fsavail", "fsavail", AttributeKind.Text),
        ("Fssize", "fssize", AttributeKind.Text), ("Fstype", "fstype", AttributeKind.Text), ("FsusePercent", "fsuse%", AttributeKind.Text),
        ("Fsused", "fsused", AttributeKind.Text), ("Group", "group", AttributeKind.Text), ("Hctl", "hctl", AttributeKind.Text),
        ("Hotplug", "hotplug", AttributeKind.Boolean), ("Kname", "kname", AttributeKind.Text), ("Label", "label", AttributeKind.Text),
        ("LogSec", "log-sec", AttributeKind.Integer), ("MajMin", "maj:min", AttributeKind.Text), ("MinIo", "min-io", AttributeKind.Integer),
        ("Mode", "mode", AttributeKind.Text), ("Model", "model", AttributeKind.Text), ("OptIo", "opt-io", AttributeKind.Integer),
        ("Owner", "owner", AttributeKind.Text), ("Partflags", "partflags", AttributeKind.Text), ("Partlabel", "partlabel", AttributeKind.Text),
        ("Parttype", "parttype", AttributeKind.Text), ("Partuuid", "partuuid", AttributeKind.Text), ("Path", "path", AttributeKind.Text),
        ("PhySec", "phy-sec", AttributeKind.Integer), ("Pkname", "pkname", AttributeKind.Text), ("Pttype", "pttype", AttributeKind.Text),
        ("Ptuuid", "ptuuid", AttributeKind.Text), ("Ra", "ra", AttributeKind.Integer), ("Rand", "rand", AttributeKind.Boolean),
        ("Rev", "rev", AttributeKind.Text), ("Rm", "rm", AttributeKind.Boolean), ("Ro", "ro", AttributeKind.Boolean),
        ("Rota", "rota", AttributeKind.Boolean), ("RqSize", "rq-size", AttributeKind.Integer), ("Sched", "sched", AttributeKind.Text),
        ("Serial", "serial", AttributeKind.Text), ("Size", "size", AttributeKind.Text), ("State", "state", AttributeKind.Text),
        ("Subsystems", "subsystems", AttributeKind.Text), ("Tran", "tran", AttributeKind.Text), ("Type", "type", AttributeKind.Text),
        ("UUID", "uuid", AttributeKind.Text), ("Vendor", "vendor", AttributeKind.Text), ("Wsame", "wsame", AttributeKind.Text),
    ];

    private BlockDevice(JsonElement element, ref int budget)
    {
        if (--budget < 0)
        {
            throw new FormatException($"more than {MaximumDevices} devices");
        }

        Name = ReadText(element, "name");
        Kind = ReadText(element, "type");
        MajorMinor = ReadText(element, "maj:min");
        WorldWideName = ReadText(element, "wwn");
        Serial = ReadText(element, "serial");
        string path = ReadText(element, "path");
        Path = path.Length > 0 ? path : Name.Length > 0 ? Name : ReadText(element, "kname");
        if (Path.Length == 0)
        {
            throw new FormatException("a device without a name");
        }

        Name = Name.Length > 0 ? Name : Path;
        MountPoint = ReadMountPoint(element);
        Attributes = ReadAttributes(element);
        if (element.TryGetProperty("children", out var children) && children.ValueKind == JsonValueKind.Array)
        {
            foreach (var child in children.EnumerateArray())
            {
                Children.Add(Read(child, ref budget));
            }
        }
    }

    private enum AttributeKind
    {
        Text,
        Integer,
        Boolean,
    }

    /// <summary>Its name with folder, such as <c>/dev/sda</c>: what tells devices apart.</summary>
    public string Name { get; }

    /// <summary>What it is: disk, part, lvm, mpath, raid0, rom …</summary>
    public string Kind { get; }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Its number, such as <c>8:0</c>; empty when not told.</summary>
    public string MajorMinor { get; }

    /// <summary>Its world wide name; empty when it has none.</summary>
    public string WorldWideName { get; }

    /// <summary>Its serial number; empty when it has none.</summary>
    public string Serial { get; }

    /// <summary>Where it is mounted; empty when it is not.</summary>
    public string MountPoint { get; }

    /// <summary>Where it is mounted, otherwise the last part of its path.</summary>
    public string Title => MountPoint.Length > 0 ? MountPoint : System.IO.Path.GetFileName(Path) is { Length: > 0 } file ? file : Path;

    /// <summary>What tells the same disk on several ways: its world wide name, its serial number, or its name.</summary>
    public string Index => WorldWideName.Length > 0 ? WorldWideName : Serial.Length > 0 ? Serial : Name;

    /// <summary>All that lsblk tells, with Skydive's keys; empty texts, 0 and false where it tells nothing.</summary>
    public MetadataMap Attributes { get; }

    /// <summary>The devices that are made of this one.</summary>
    public List<BlockDevice> Children { get; } = [];

    /// <summary>Reads what lsblk prints.</summary>
    /// <param name="json">Its output.</param>
    /// <returns>The devices at the top, in its order.</returns>
    /// <exception cref="FormatException">It is not of lsblk's form.</exception>
    public static IReadOnlyList<BlockDevice> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("blockdevices", out var list)
                || list.ValueKind != JsonValueKind.Array)
            {
                throw new FormatException("expected an object with a list 'blockdevices'");
            }

            int budget = MaximumDevices;
            var devices = new List<BlockDevice>();
            foreach (var element in list.EnumerateArray())
            {
                devices.Add(Read(element, ref budget));
            }

            return devices;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what a text with half a surrogate pair throws.
            throw new FormatException($"not valid JSON: {e.Message}", e);
        }
    }

    private static BlockDevice Read(JsonElement element, ref int budget) =>
        element.ValueKind == JsonValueKind.Object ? new(element, ref budget) : throw new FormatException("a device must be an object");

    private static MetadataMap ReadAttributes(JsonElement element)
    {
        var attributes = new MetadataBuilder();
        foreach (var (key, column, kind) in s_attributes)
        {
            attributes.Set(key, kind switch
            {
                AttributeKind.Integer => ReadInteger(element, column),
                AttributeKind.Boolean => ReadText(element, column) is "1" or "true",
                _ => ReadText(element, column),
            });
        }

        return attributes.Build();
    }

    // Bind mounts are listed too: the file system itself stands nearest to the root.
    private static string ReadMountPoint(JsonElement element)
    {
        string first = ReadText(element, "mountpoint");
        if (element.TryGetProperty("mountpoints", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in list.EnumerateArray())
            {
                if (entry.ValueKind == JsonValueKind.String && entry.GetString() is { Length: > 0 } other && (first.Length == 0 || other.Length < first.Length))
                {
                    first = other;
                }
            }
        }

        return first;
    }

    /// <summary>A value as text: lsblk before 2.33 writes numbers and truth values as texts, later ones as what they are.</summary>
    private static string ReadText(JsonElement element, string column) => !element.TryGetProperty(column, out var value) ? string.Empty : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Trim(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => string.Empty,
    };

    private static long ReadInteger(JsonElement element, string column) =>
        long.TryParse(ReadText(element, column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : 0;
}
