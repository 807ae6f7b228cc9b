using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Sockets;

/// <summary>Lists the TCP and UDP sockets of one network namespace. Needs no privilege beyond that to enter it.</summary>
/// <remarks>
/// Not thread-safe. The kernel keeps the connections of all namespaces in one table, which it walks for each question about TCP: a list costs
/// some hundred microseconds even where there are no sockets. An open client keeps its namespace alive. Source: <c>sock_diag(7)</c>.
/// </remarks>
public sealed class SocketClient : IDisposable
{
    private readonly NetlinkClient _client;
    private readonly NetlinkMessageBuilder _request = new();

    /// <summary>Makes a client over any transport.</summary>
    /// <param name="transport">
    /// The socket, of protocol <see cref="NetlinkProtocol.SocketDiagnostics"/>; the client owns it from now on.
    /// </param>
    public SocketClient(INetlinkTransport transport) => _client = new NetlinkClient(transport);

    /// <summary>Opens a client.</summary>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread. It may be disposed afterwards.</param>
    /// <returns>The client; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or the kernel refuses the socket.</exception>
    public static SocketClient Open(NetworkNamespace? networkNamespace = null) => new(NetlinkSocket.Open(
        new NetlinkSocketOptions { Protocol = NetlinkProtocol.SocketDiagnostics, Namespace = networkNamespace }));

    /// <summary>Lists the sockets of one protocol and both families.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="states">The states that are wanted.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The sockets; those that come or go meanwhile may be missing.</returns>
    /// <exception cref="NetlinkException">
    /// The kernel cannot list sockets of the protocol (<see cref="LinuxErrorReason.NotFound"/>: the module <c>tcp_diag</c> or <c>udp_diag</c> is
    /// missing), refuses, or its answer is malformed.
    /// </exception>
    public IReadOnlyList<SocketMessage> Dump(
        SocketProtocol protocol, SocketStates states = SocketStates.All, CancellationToken cancellationToken = default)
    {
        var decoder = new SocketDecoder(protocol);
        var result = new List<SocketMessage>();
        foreach (byte family in (ReadOnlySpan<byte>)[Constants.AddressFamilyInet, Constants.AddressFamilyInet6])
        {
            _request.Start(SocketDecoder.ByFamily, NetlinkFlags.None)
                .Append(new SocketRequest { Family = family, Protocol = (byte)protocol, States = (uint)states });
            try
            {
                result.AddRange(_client.Dump($"SOCK_DIAG_BY_FAMILY dump of {protocol}", _request, decoder, cancellationToken).AsSpan());
            }
            catch (NetlinkException e) when (family == Constants.AddressFamilyInet6 && e.Reason == LinuxErrorReason.NotSupported)
            {
                // A kernel without IPv6 has no sockets of it.
            }
        }

        return result;
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _client.Dispose();
}
