namespace Skydive.Storage;

/// <summary>What a change does to what is stored of its element.</summary>
internal enum RevisionAction
{
    /// <summary>Nothing: it is known.</summary>
    Ignore,

    /// <summary>End the open revision, if there is one, and add an open one.</summary>
    Append,

    /// <summary>End the open revision, if there is one, and open the same revision that is stored again.</summary>
    Reopen,

    /// <summary>Replace the contents of the open revision.</summary>
    Rewrite,

    /// <summary>End the open revision and with it the element.</summary>
    Close,

    /// <summary>Add a revision that has ended.</summary>
    AppendClosed,
}
