namespace Skydive.Linux.FileSystem;

/// <summary>What happened to a watched directory.</summary>
public enum DirectoryEventKind
{
    /// <summary>
    /// The directory is there and watched from now on: said first when it exists, and each time that it comes into being. What it holds
    /// already must be listed; what comes meanwhile may be both in the list and told of.
    /// </summary>
    DirectoryAppeared,

    /// <summary>The directory is gone (deleted, moved, or its file system unmounted). It is waited for.</summary>
    DirectoryDisappeared,

    /// <summary>An entry was created in it, or moved into it.</summary>
    EntryAdded,

    /// <summary>An entry was deleted from it, or moved out of it.</summary>
    EntryRemoved,

    /// <summary>The kernel's queue overran, and events were lost: the directory must be listed again.</summary>
    EventsLost,
}
