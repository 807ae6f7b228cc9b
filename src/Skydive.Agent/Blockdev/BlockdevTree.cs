using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Agent.Blockdev;

/// <summary>
/// The nodes and edges that the block devices of a host are to have. Devices that are made of others, such as partitions and volumes, are
/// connected to what they are made of. Each device that nothing is made of gives a cluster, named after where it is mounted, which owns it and
/// all below it; the clusters, and with them everything, belong to the group <c>block devices</c> of the host.
/// </summary>
internal sealed class BlockdevTree
{
    /// <summary>The key of the host's node, which is not among <see cref="Nodes"/>.</summary>
    public const string HostKey = "host";

    private const string Connected = "connected";
    private const string Multipath = "multipath";
    private const string GroupName = "block devices";
    private const string Manager = "blockdev";
    private static readonly MetadataMap s_diskLink = MetadataMap.Create(("Type", "blockdevlink"));

    private readonly Dictionary<string, List<string>> _byIndex = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _clusterOf = new(StringComparer.Ordinal);
    private readonly string _group;

    private BlockdevTree()
    {
        _group = AddCluster(GroupName, string.Empty, HostKey);
        Edges.Add((HostKey, _group, Connected), null);
    }

    /// <summary>The metadata of each node, by a key of ours.</summary>
    public Dictionary<string, MetadataMap> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>The keys of the device nodes by the numbers of the devices, such as <c>8:0</c>.</summary>
    public Dictionary<string, string> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>The key of the owner of each node, owners before what they own.</summary>
    public List<(string Owner, string Node)> Owners { get; } = [];

    /// <summary>The further metadata of each edge, by the keys of its ends and its type.</summary>
    public Dictionary<(string Parent, string Child, string RelationType), MetadataMap?> Edges { get; } = [];

    /// <summary>Makes the nodes and edges of some devices.</summary>
    /// <param name="devices">The devices at the top.</param>
    public static BlockdevTree Build(IReadOnlyList<BlockDevice> devices)
    {
        var tree = new BlockdevTree();
        foreach (var device in devices)
        {
            tree.Add(device, string.Empty);
        }

        return tree;
    }

    /// <summary>Adds a device with all that is made of it.</summary>
    /// <returns>The key of its cluster.</returns>
    private string Add(BlockDevice device, string parentWorldWideName)
    {
        string key = "device/" + device.Name;
        string? cluster = null;
        foreach (var child in device.Children)
        {
            cluster = Add(child, device.WorldWideName);
        }

        if (cluster is null || device.Kind == "mpath")
        {
            cluster = AddCluster(device.Title, parentWorldWideName, _group);
        }

        // What is made of several devices is told of below each of them.
        if (_clusterOf.TryGetValue(key, out string? known))
        {
            cluster = known;
        }
        else
        {
            _clusterOf.Add(key, cluster);
            AddDevice(key, cluster, device, parentWorldWideName);
        }

        foreach (var child in device.Children)
        {
            Edges.TryAdd(("device/" + child.Name, key, Connected), null);
        }

        return cluster;
    }

    private void AddDevice(string key, string cluster, BlockDevice device, string parentWorldWideName)
    {
        // Multipath devices have the name of what they lead to, but do not tell it.
        string worldWideName = device.Kind == "mpath" ? parentWorldWideName : device.WorldWideName;
        Nodes.Add(key, MetadataMap.Create(
            ("Name", device.Title),
            ("Type", device.Children.Count == 0 ? "blockdevleaf" : device.Kind == "lvm" ? "blockdevlvm" : "blockdev"),
            ("Manager", Manager),
            ("Index", device.Index),
            ("Path", device.Path),
            ("MajorMinor", device.MajorMinor),
            ("Attributes", device.Attributes.With("Name", device.Title).With("Mountpoint", device.MountPoint).With("WWN", worldWideName))));
        Owners.Add((cluster, key));
        if (device.MajorMinor.Length > 0)
        {
            Devices.TryAdd(device.MajorMinor, key);
        }

        if (device.Kind is "disk" or "rom")
        {
            Edges.TryAdd((_group, key, Connected), s_diskLink);
        }

        if (device.WorldWideName.Length > 0)
        {
            if (_byIndex.TryGetValue(device.Index, out var others))
            {
                foreach (string other in others)
                {
                    Edges.TryAdd((other, key, Multipath), null);
                }
            }
            else
            {
                _byIndex.Add(device.Index, others = []);
            }

            others.Add(key);
        }
    }

    private string AddCluster(string name, string id, string owner)
    {
        string key = "cluster/" + name;
        if (Nodes.TryAdd(key, MetadataMap.Create(("Name", name), ("Type", "cluster"), ("Manager", Manager), ("ID", id))))
        {
            Owners.Add((owner, key));
        }

        return key;
    }
}
