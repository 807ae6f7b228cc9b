namespace Skydive.Linux.GenericNetlink;

/// <summary>A family of generic netlink as the running kernel numbers it. Source: <c>CTRL_ATTR_*</c> of <c>linux/genetlink.h</c>.</summary>
public sealed record GenericFamily
{
    /// <summary>The name, such as <c>ethtool</c>.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The message type of its requests and answers; differs from one boot to the next.</summary>
    public ushort Id { get; init; }

    /// <summary>The version of its messages.</summary>
    public byte Version { get; init; }

    /// <summary>The commands that it knows; a kernel older than a command lacks it.</summary>
    public IReadOnlySet<byte> Commands { get; init; } = new HashSet<byte>();

    /// <summary>The numbers of its multicast groups, by name.</summary>
    public IReadOnlyDictionary<string, uint> Groups { get; init; } = new Dictionary<string, uint>();
}
