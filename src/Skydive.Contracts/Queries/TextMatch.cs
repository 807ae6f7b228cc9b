namespace Skydive.Contracts.Queries;

/// <summary>Where a text is looked for in another.</summary>
public enum TextMatch
{
    /// <summary>At its begin.</summary>
    Start,

    /// <summary>At its end.</summary>
    End,

    /// <summary>Anywhere in it.</summary>
    Anywhere,
}
