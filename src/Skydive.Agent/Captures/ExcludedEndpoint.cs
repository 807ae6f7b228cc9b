using System.Buffers.Binary;
using System.Net;

namespace Skydive.Agent.Captures;

/// <summary>One end of traffic that a capture causes itself.</summary>
internal sealed class ExcludedEndpoint
{
    private readonly byte[] _address = new byte[16];
    private readonly byte _protocol;
    private readonly int _port;

    /// <summary>Names an end.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="protocol">The number of the protocol above IP.</param>
    /// <param name="port">Its port; 0 for any.</param>
    public ExcludedEndpoint(IPAddress address, byte protocol, int port)
    {
        address.TryWriteBytes(_address, out _);
        _protocol = protocol;
        _port = port;
    }

    /// <summary>Whether one end of a flow is it.</summary>
    /// <param name="protocol">The protocol above IP.</param>
    /// <param name="address">16 bytes; IPv4 in the first 4, the others 0.</param>
    /// <param name="port">The port in network order.</param>
    public bool Matches(byte protocol, ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) =>
        protocol == _protocol && (_port == 0 || BinaryPrimitives.ReadUInt16BigEndian(port) == _port) && address.SequenceEqual(_address);
}
