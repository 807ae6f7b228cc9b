using System.Runtime.InteropServices;

namespace Skydive.Linux.Sockets;

/// <summary>What is asked for: <c>struct inet_diag_req_v2</c>, without a single socket.</summary>
[StructLayout(LayoutKind.Sequential, Size = 56)]
internal struct SocketRequest
{
    internal byte Family;
    internal byte Protocol;
    internal byte Extensions;
    internal byte Padding;
    internal uint States;
}
