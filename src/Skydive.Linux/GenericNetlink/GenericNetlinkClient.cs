using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.GenericNetlink;

/// <summary>Finds the families of generic netlink, and asks them.</summary>
/// <remarks>Not thread-safe. Source: <c>linux/genetlink.h</c>.</remarks>
public sealed class GenericNetlinkClient : IDisposable
{
    private readonly NetlinkClient _client;
    private readonly NetlinkMessageBuilder _request = new();

    /// <summary>Makes a client over any transport.</summary>
    /// <param name="transport">The socket, of protocol <see cref="NetlinkProtocol.Generic"/>; the client owns it from now on.</param>
    public GenericNetlinkClient(INetlinkTransport transport)
    {
        _client = new NetlinkClient(transport);
        Descriptor = (transport as NetlinkSocket)?.Descriptor;
    }

    /// <summary>The socket; null when the transport is none.</summary>
    internal SafeDescriptor? Descriptor { get; }

    /// <summary>Opens a client.</summary>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread. It may be disposed afterwards.</param>
    /// <returns>The client; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or the kernel refuses the socket.</exception>
    public static GenericNetlinkClient Open(NetworkNamespace? networkNamespace = null) => new(NetlinkSocket.Open(
        new NetlinkSocketOptions { Protocol = NetlinkProtocol.Generic, Namespace = networkNamespace }));

    /// <summary>Finds a family. The kernel loads its module when it has one.</summary>
    /// <param name="name">The name, at most 15 bytes.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The family; null when the kernel has none of this name.</returns>
    /// <exception cref="NetlinkException">The kernel's answer is malformed, or does not come.</exception>
    public GenericFamily? FindFamily(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _request.Start(GenericFamilyDecoder.ControllerId, NetlinkFlags.None)
            .Append(new GenericHeader { Command = GenericFamilyDecoder.CommandGetFamily, Version = 1 })
            .Attribute(GenericFamilyDecoder.AttributeName, name);
        try
        {
            return _client.Get($"CTRL_CMD_GETFAMILY {name}", _request, GenericFamilyDecoder.Instance, cancellationToken);
        }
        catch (NetlinkException e) when (e.Reason is LinuxErrorReason.NotFound or LinuxErrorReason.NotSupported)
        {
            return null;
        }
    }

    /// <summary>Begins a request to a family; attributes are appended to it.</summary>
    /// <param name="family">The family.</param>
    /// <param name="command">The command, as the family numbers it.</param>
    /// <returns>The request, until the next is begun.</returns>
    public NetlinkMessageBuilder Start(GenericFamily family, byte command)
    {
        ArgumentNullException.ThrowIfNull(family);
        return _request.Start(family.Id, NetlinkFlags.None).Append(new GenericHeader { Command = command, Version = family.Version });
    }

    /// <summary>Reads a whole table; see <see cref="NetlinkClient.Dump"/>.</summary>
    /// <typeparam name="T">The type of the objects.</typeparam>
    /// <param name="operation">What is asked, for error messages.</param>
    /// <param name="request">The request.</param>
    /// <param name="decoder">Makes the objects.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The objects.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, answers with malformed bytes, or does not answer.</exception>
    public NetlinkDump<T> Dump<T>(
        string operation, NetlinkMessageBuilder request, INetlinkDecoder<T> decoder, CancellationToken cancellationToken = default)
        where T : class => _client.Dump(operation, request, decoder, cancellationToken);

    /// <summary>Asks for one object; see <see cref="NetlinkClient.Get"/>.</summary>
    /// <typeparam name="T">The type of the object.</typeparam>
    /// <param name="operation">What is asked, for error messages.</param>
    /// <param name="request">The request.</param>
    /// <param name="decoder">Makes the object.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The object.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, answers with malformed bytes, or does not answer.</exception>
    public T Get<T>(
        string operation, NetlinkMessageBuilder request, INetlinkDecoder<T> decoder, CancellationToken cancellationToken = default)
        where T : class => _client.Get(operation, request, decoder, cancellationToken);

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _client.Dispose();
}
