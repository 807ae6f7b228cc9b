using Skydive.Contracts.Queries;

namespace Skydive.Storage.Flows;

/// <summary>What the store has to know of conditions on flows.</summary>
internal static class FlowFilters
{
    // What the UUID is made of, or what is set with the first packet.
    private static readonly HashSet<string> s_stableFields = new(StringComparer.Ordinal)
    {
        "UUID", "Start", "TrackingID", "L3TrackingID", "ParentUUID", "NodeTID",
        "Network", "Network.Protocol", "Network.A", "Network.B", "IPV4.A", "IPV4.B", "IPV6.A", "IPV6.B",
        "Transport", "Transport.Protocol", "Transport.A", "Transport.B", "TCP.A", "TCP.B", "UDP.A", "UDP.B", "SCTP.A", "SCTP.B",
    };

    /// <summary>Whether all updates of one flow meet a condition, or none.</summary>
    /// <param name="filter">The condition; null for none.</param>
    public static bool IsStable(Filter? filter) => filter switch
    {
        null => true,
        AllFilter all => all.Filters.All(IsStable),
        AnyFilter any => any.Filters.All(IsStable),
        NotFilter not => IsStable(not.Filter),
        ExistsFilter exists => s_stableFields.Contains(exists.Key),
        FieldFilter field => s_stableFields.Contains(field.Key),
        _ => false,
    };
}
