using Skydive.Contracts.Metadata;
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

    /// <summary>Adds the names of the fields that a condition looks at.</summary>
    /// <param name="filter">The condition; null for none.</param>
    /// <param name="fields">Where they go.</param>
    /// <returns>False when it is not known what the condition looks at.</returns>
    public static bool TryAddFields(Filter? filter, HashSet<string> fields)
    {
        switch (filter)
        {
            case null:
                return true;
            case AllFilter all:
                return all.Filters.All(part => TryAddFields(part, fields));
            case AnyFilter any:
                return any.Filters.All(part => TryAddFields(part, fields));
            case NotFilter not:
                return TryAddFields(not.Filter, fields);
            case ExistsFilter exists:
                fields.Add(FieldPath.Parse(exists.Key).Text);
                return true;
            case FieldFilter field:
                fields.Add(field.Path.Text);
                return true;
            default:
                return false;
        }
    }
}
