namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// What tells one route from another, as far as the kernel decides that by the destination: several routes with one key differ in where they
/// lead. Addresses are numbers whose order is that of their bytes.
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Family">The address family.</param>
/// <param name="Destination">The destination.</param>
/// <param name="DestinationLength">The length of its prefix.</param>
/// <param name="Source">The source, for routes that depend on it.</param>
/// <param name="SourceLength">The length of its prefix.</param>
/// <param name="Tos">The type of service that packets must have.</param>
/// <param name="Priority">The priority (metric): the lower is used.</param>
internal readonly record struct RouteKey(
    uint Table, byte Family, UInt128 Destination, byte DestinationLength, UInt128 Source, byte SourceLength, byte Tos, uint Priority)
    : IComparable<RouteKey>
{
    /// <inheritdoc/>
    public int CompareTo(RouteKey other)
    {
        int order = Table.CompareTo(other.Table);
        order = order != 0 ? order : Family.CompareTo(other.Family);
        order = order != 0 ? order : Destination.CompareTo(other.Destination);
        order = order != 0 ? order : DestinationLength.CompareTo(other.DestinationLength);
        order = order != 0 ? order : Priority.CompareTo(other.Priority);
        order = order != 0 ? order : Tos.CompareTo(other.Tos);
        order = order != 0 ? order : Source.CompareTo(other.Source);
        return order != 0 ? order : SourceLength.CompareTo(other.SourceLength);
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Table, Destination, DestinationLength, Priority, Source);
}
