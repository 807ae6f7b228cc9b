using System.Runtime.InteropServices;

namespace Skydive.Flows.Table.Extras;

/// <summary>When a connection began and ended, in milliseconds since 1970-01-01 UTC; 0 when it was not seen.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TcpTimes
{
    public long ABSynStart;
    public long BASynStart;
    public long ABFinStart;
    public long BAFinStart;
    public long ABRstStart;
    public long BARstStart;
    public byte ABSynTtl;
    public byte BASynTtl;

    /// <summary>Notes a packet with SYN, FIN or RST. What was noted first stays.</summary>
    public void Note(PacketSignals signals, bool isFromB, byte timeToLive, long milliseconds)
    {
        if ((signals & (PacketSignals.Syn | PacketSignals.SynAck)) != 0)
        {
            ref byte ttl = ref isFromB ? ref BASynTtl : ref ABSynTtl;
            ref long start = ref isFromB ? ref BASynStart : ref ABSynStart;
            ttl = start == 0 ? timeToLive : ttl;
            NoteFirst(ref start, milliseconds);
        }

        if ((signals & PacketSignals.Fin) != 0)
        {
            NoteFirst(ref isFromB ? ref BAFinStart : ref ABFinStart, milliseconds);
        }

        if ((signals & PacketSignals.Rst) != 0)
        {
            NoteFirst(ref isFromB ? ref BARstStart : ref ABRstStart, milliseconds);
        }
    }

    private static void NoteFirst(ref long time, long milliseconds)
    {
        if (time == 0)
        {
            time = milliseconds;
        }
    }
}
