namespace Skydive.Storage;

/// <summary>Why a history store cannot do what it is asked.</summary>
public enum HistoryErrorReason
{
    /// <summary>The system's SQLite library is not there.</summary>
    LibraryMissing,

    /// <summary>The options do not fit together.</summary>
    InvalidOptions,

    /// <summary>The directory cannot be made, read or written.</summary>
    Inaccessible,

    /// <summary>Another process, or another store of this process, uses the directory.</summary>
    InUse,

    /// <summary>The file is no history database, or damaged.</summary>
    Damaged,

    /// <summary>The database was written by a newer version of the service.</summary>
    NewerSchema,

    /// <summary>The database was written by an older version of the service, and is opened for reading only.</summary>
    OlderSchema,

    /// <summary>The disk is full. Works again when there is room.</summary>
    Full,

    /// <summary>Reading or writing failed for another reason.</summary>
    Failed,

    /// <summary>The answer would be larger than the options allow, or what is to be kept is larger than the store can hold.</summary>
    TooLarge,

    /// <summary>What is to be kept is refused for what it is. The rest of a batch can be kept without it.</summary>
    Refused,

    /// <summary>The store was disposed.</summary>
    Closed,
}
