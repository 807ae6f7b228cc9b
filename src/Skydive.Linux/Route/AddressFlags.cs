namespace Skydive.Linux.Route;

/// <summary>Flags of an IP address. Source: <c>IFA_F_*</c> of <c>linux/if_addr.h</c>.</summary>
[Flags]
public enum AddressFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>IPv4: not the first of its network; IPv6: a temporary (privacy) address.</summary>
    Secondary = 0x1, // IFA_F_SECONDARY, IFA_F_TEMPORARY

    /// <summary>No duplicate address detection.</summary>
    NoDuplicateDetection = 0x2, // IFA_F_NODAD

    /// <summary>Usable before duplicate address detection has ended.</summary>
    Optimistic = 0x4, // IFA_F_OPTIMISTIC

    /// <summary>Duplicate address detection found another owner.</summary>
    DuplicateDetectionFailed = 0x8, // IFA_F_DADFAILED

    /// <summary>Mobile IPv6 home address.</summary>
    HomeAddress = 0x10, // IFA_F_HOMEADDRESS

    /// <summary>Past its preferred lifetime.</summary>
    Deprecated = 0x20, // IFA_F_DEPRECATED

    /// <summary>Duplicate address detection is under way.</summary>
    Tentative = 0x40, // IFA_F_TENTATIVE

    /// <summary>Configured by hand, without a lifetime.</summary>
    Permanent = 0x80, // IFA_F_PERMANENT

    /// <summary>The kernel makes temporary addresses for it.</summary>
    ManageTemporary = 0x100, // IFA_F_MANAGETEMPADDR

    /// <summary>No route for its prefix.</summary>
    NoPrefixRoute = 0x200, // IFA_F_NOPREFIXROUTE

    /// <summary>Joins its multicast group by itself.</summary>
    AutoJoinMulticast = 0x400, // IFA_F_MCAUTOJOIN

    /// <summary>A stable privacy address.</summary>
    StablePrivacy = 0x800, // IFA_F_STABLE_PRIVACY
}
