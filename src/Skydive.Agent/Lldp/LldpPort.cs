using Skydive.Linux.Packets;

namespace Skydive.Agent.Lldp;

/// <summary>An interface that is listened to. Belongs to the probe's thread.</summary>
internal sealed class LldpPort(string nodeId, string name, PacketListener listener) : IDisposable
{
    /// <summary>The node of the interface.</summary>
    public string NodeId { get; } = nodeId;

    /// <summary>Its name when listening began.</summary>
    public string Name { get; } = name;

    public PacketListener Listener { get; } = listener;

    /// <summary>Whom it hears, by <see cref="LldpNeighbour.KeyOf"/>.</summary>
    public Dictionary<string, LldpNeighbour> Neighbours { get; } = new(StringComparer.Ordinal);

    public void Dispose() => Listener.Dispose();
}
