namespace Skydive.Linux.Route;

/// <summary>Flags of a neighbour, those of <c>NDA_FLAGS_EXT</c> shifted to the upper bits. Source: <c>NTF_*</c> of <c>linux/neighbour.h</c>.</summary>
[Flags]
public enum NeighbourFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>In use: kept fresh by whoever made it.</summary>
    Use = 0x01, // NTF_USE

    /// <summary>Belongs to the interface itself.</summary>
    Self = 0x02, // NTF_SELF

    /// <summary>Belongs to the master of the interface.</summary>
    Master = 0x04, // NTF_MASTER

    /// <summary>Answered on behalf of another host.</summary>
    Proxy = 0x08, // NTF_PROXY

    /// <summary>Learnt from outside the kernel.</summary>
    ExternallyLearned = 0x10, // NTF_EXT_LEARNED

    /// <summary>Done by hardware.</summary>
    Offloaded = 0x20, // NTF_OFFLOADED

    /// <summary>Does not move to another port.</summary>
    Sticky = 0x40, // NTF_STICKY

    /// <summary>A router.</summary>
    Router = 0x80, // NTF_ROUTER

    /// <summary>The kernel keeps it resolved.</summary>
    Managed = 0x100, // NTF_EXT_MANAGED

    /// <summary>A locked port saw the address.</summary>
    Locked = 0x200, // NTF_EXT_LOCKED
}
