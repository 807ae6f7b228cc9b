namespace Skydive.Linux.Netlink;

/// <summary>
/// Flags of a netlink message. Some bits mean different things for requests, for GET requests, and for answers.
/// Source: <c>linux/netlink.h</c>.
/// </summary>
[Flags]
public enum NetlinkFlags : ushort
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>A request.</summary>
    Request = 0x1, // NLM_F_REQUEST

    /// <summary>One part of an answer that ends with a done message.</summary>
    Multi = 0x2, // NLM_F_MULTI

    /// <summary>Asks for an acknowledgement.</summary>
    Acknowledge = 0x4, // NLM_F_ACK

    /// <summary>Asks to hear the event that the request itself causes.</summary>
    Echo = 0x8, // NLM_F_ECHO

    /// <summary>Answer: the dump is inconsistent because the table changed while it ran.</summary>
    DumpInterrupted = 0x10, // NLM_F_DUMP_INTR

    /// <summary>Answer: the kernel filtered the dump as asked.</summary>
    DumpFiltered = 0x20, // NLM_F_DUMP_FILTERED

    /// <summary>GET request: the whole table.</summary>
    Dump = 0x300, // NLM_F_DUMP = NLM_F_ROOT | NLM_F_MATCH

    /// <summary>NEW request: replace the object.</summary>
    Replace = 0x100, // NLM_F_REPLACE

    /// <summary>NEW request: fail when the object exists.</summary>
    Exclusive = 0x200, // NLM_F_EXCL

    /// <summary>NEW request: create the object when it does not exist.</summary>
    Create = 0x400, // NLM_F_CREATE

    /// <summary>NEW request: append to the list.</summary>
    Append = 0x800, // NLM_F_APPEND

    /// <summary>Acknowledgement: the request is cut to its header.</summary>
    Capped = 0x100, // NLM_F_CAPPED

    /// <summary>Acknowledgement: attributes with an explanation follow.</summary>
    AcknowledgeAttributes = 0x200, // NLM_F_ACK_TLVS
}
