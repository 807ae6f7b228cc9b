using System.Collections.Specialized;

namespace Skydive;

/// <summary>One revision of a node: a host, an interface, a namespace, a bridge …</summary>
public sealed class Node
{
    internal Node(Contracts.Topology.Node node)
    {
        Id = node.Id;
        Name = node.Name;
        Type = node.Type;
        TID = node.TID ?? string.Empty;
        Host = node.Host;
        Origin = node.Origin;
        State = node.GetText("State");
        Driver = node.GetText("Driver");
        MAC = node.GetText("MAC");
        IPs = [.. Texts(node.Metadata["IPV4"]), .. Texts(node.Metadata["IPV6"])];
        Revision = node.Revision;
        CreatedAt = Plain.Time(node.CreatedAt);
        UpdatedAt = Plain.Time(node.UpdatedAt);
        DeletedAt = node.DeletedAt is { } deletedAt ? Plain.Time(deletedAt) : null;
        Metadata = Plain.Map(node.Metadata);
    }

    /// <summary>Unique among nodes.</summary>
    public string Id { get; }

    /// <summary>The name; empty when there is none.</summary>
    public string Name { get; }

    /// <summary>The type: host, device, veth, bridge, netns …; empty when there is none.</summary>
    public string Type { get; }

    /// <summary>The topology identifier, which stays the same when an agent restarts; empty until it is known.</summary>
    public string TID { get; }

    /// <summary>Identity of the host that reported the node.</summary>
    public string Host { get; }

    /// <summary>Who reported it, such as agent.web1.</summary>
    public string Origin { get; }

    /// <summary>UP, DOWN …; null when the node has no state.</summary>
    public string? State { get; }

    /// <summary>The driver of an interface; null when there is none.</summary>
    public string? Driver { get; }

    /// <summary>The MAC address of an interface; null when there is none.</summary>
    public string? MAC { get; }

    /// <summary>IPv4, then IPv6 addresses with prefix length.</summary>
    public string[] IPs { get; }

    /// <summary>1 for a new node, one more for each change.</summary>
    public long Revision { get; }

    /// <summary>When the node appeared.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>When this revision was made.</summary>
    public DateTimeOffset UpdatedAt { get; }

    /// <summary>When the node went away; null while it is there.</summary>
    public DateTimeOffset? DeletedAt { get; }

    /// <summary>All that is known of the node. Keys are found in any case.</summary>
    public OrderedDictionary Metadata { get; }

    /// <summary>The name, or the identifier when there is none.</summary>
    public override string ToString() => Name.Length > 0 ? Name : Id;

    private static IEnumerable<string> Texts(Contracts.Metadata.MetadataValue list)
    {
        var texts = new List<string>();
        foreach (var element in list.Elements)
        {
            texts.Add(element.ToString());
        }

        return texts;
    }
}
