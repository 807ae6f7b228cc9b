namespace Skydive.Linux.Netlink;

/// <summary>A decoder whose kind of object is not known at compile time, for tables of decoders.</summary>
internal abstract class NetlinkDecoder
{
    /// <summary>Decodes one message, as <see cref="INetlinkDecoder{T}.Decode"/> does.</summary>
    internal abstract NetlinkFault DecodeObject(in NetlinkMessage message, out object? result);
}
