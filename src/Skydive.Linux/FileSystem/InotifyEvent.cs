namespace Skydive.Linux.FileSystem;

/// <summary>One event of inotify, a view into the buffer it was read into. Source: <c>struct inotify_event</c> of <c>inotify(7)</c>.</summary>
internal readonly ref struct InotifyEvent
{
    internal InotifyEvent(int watch, uint mask, ReadOnlySpan<byte> name)
    {
        Watch = watch;
        Mask = mask;
        Name = name;
    }

    /// <summary>The watch that it belongs to; -1 when events were lost.</summary>
    internal int Watch { get; }

    /// <summary>What happened.</summary>
    internal uint Mask { get; }

    /// <summary>The name of the entry, without closing zeros.</summary>
    internal ReadOnlySpan<byte> Name { get; }
}
