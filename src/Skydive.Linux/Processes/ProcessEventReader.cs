using System.Runtime.InteropServices;

namespace Skydive.Linux.Processes;

/// <summary>
/// Reads what the connector sends: <c>struct cn_msg</c> (index, value, sequence, acknowledgement, length, flags: 20 bytes), then
/// <c>struct proc_event</c> (what, processor, time: 16 bytes), then what depends on the kind: for a fork thread and process of the parent, then
/// of the child; for the others thread and process first.
/// </summary>
internal static class ProcessEventReader
{
    internal const int ConnectorHeaderSize = 20;
    internal const uint ConnectorIndex = 1; // CN_IDX_PROC
    internal const uint ConnectorValue = 1; // CN_VAL_PROC

    private const int EventHeaderSize = 16;
    private const uint Acknowledgement = 0; // PROC_EVENT_NONE

    /// <summary>Reads an event.</summary>
    /// <returns>False for anything else: other connectors, other events, single threads, bytes that are too few.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> payload, out ProcessEvent result)
    {
        result = default;
        if (!TryGetEvent(payload, out uint what, out ReadOnlySpan<byte> data))
        {
            return false;
        }

        var kind = (ProcessEventKind)what;
        switch (kind)
        {
            case ProcessEventKind.Forked:
                data = data.Length >= 16 ? data[8..] : default;
                break;
            case ProcessEventKind.Executed or ProcessEventKind.Exited:
                break;
            default:
                return false;
        }

        if (data.Length < 8)
        {
            return false;
        }

        int thread = MemoryMarshal.Read<int>(data);
        int process = MemoryMarshal.Read<int>(data[4..]);
        result = new ProcessEvent(kind, process);
        return thread == process && process > 0;
    }

    /// <summary>Reads the answer to a subscription.</summary>
    /// <returns>False when it is something else.</returns>
    internal static bool TryReadAcknowledgement(ReadOnlySpan<byte> payload, out Errno errno)
    {
        errno = Errno.None;
        if (!TryGetEvent(payload, out uint what, out ReadOnlySpan<byte> data) || what != Acknowledgement || data.Length < sizeof(int))
        {
            return false;
        }

        errno = (Errno)Math.Abs((long)MemoryMarshal.Read<int>(data));
        return true;
    }

    private static bool TryGetEvent(ReadOnlySpan<byte> payload, out uint what, out ReadOnlySpan<byte> data)
    {
        what = 0;
        data = default;
        if (payload.Length < ConnectorHeaderSize + EventHeaderSize
            || MemoryMarshal.Read<uint>(payload) != ConnectorIndex
            || MemoryMarshal.Read<uint>(payload[4..]) != ConnectorValue)
        {
            return false;
        }

        what = MemoryMarshal.Read<uint>(payload[ConnectorHeaderSize..]);
        data = payload[(ConnectorHeaderSize + EventHeaderSize)..];
        return true;
    }
}
