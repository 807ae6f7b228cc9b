namespace Skydive.Linux.Netlink;

/// <summary>
/// What the decoders of most families share: a message is of a type that the decoder knows or is passed over, begins with a fixed
/// structure, and goes on with attributes, whose first fault decides. What was read of a faulty message is thrown away.
/// </summary>
/// <typeparam name="T">What it makes.</typeparam>
/// <param name="headerSize">Size of the fixed structure in bytes, with its padding.</param>
internal abstract class NetlinkDecoder<T>(int headerSize) : NetlinkDecoder, INetlinkDecoder<T>
    where T : class
{
    /// <inheritdoc/>
    public NetlinkFault Decode(in NetlinkMessage message, out T? result)
    {
        result = null;
        if (!IsKnown(message))
        {
            return NetlinkFault.None;
        }

        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < headerSize)
        {
            return NetlinkFault.TruncatedHeader;
        }

        var attributes = new NetlinkAttributeReader(payload[headerSize..]);
        T? read = Read(payload[..headerSize], ref attributes);
        if (attributes.Fault == NetlinkFault.None)
        {
            result = read;
        }

        return attributes.Fault;
    }

    /// <inheritdoc/>
    internal override NetlinkFault DecodeObject(in NetlinkMessage message, out object? result)
    {
        NetlinkFault fault = Decode(message, out T? decoded);
        result = decoded;
        return fault;
    }

    /// <summary>Whether the message is one for this decoder. Its length is not checked yet.</summary>
    protected abstract bool IsKnown(in NetlinkMessage message);

    /// <summary>Reads the message; null when it is to be passed over.</summary>
    /// <param name="header">The fixed structure.</param>
    /// <param name="attributes">The attributes; faults that stick here need no other handling.</param>
    protected abstract T? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes);
}
