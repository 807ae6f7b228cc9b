using System.Runtime.InteropServices;

namespace Skydive.Flows.Table.Extras;

/// <summary>Datagrams that came in fragments.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IpCounters
{
    public long Fragments;
    public long FragmentErrors;
}
