using System.Runtime.InteropServices;

namespace Skydive.Flows.Table.Extras;

/// <summary>Both directions of a TCP connection whose segments are put in order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcpStreams
{
    public TcpStream AB;
    public TcpStream BA;
}
