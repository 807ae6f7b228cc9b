namespace Skydive.Gremlin.Plans.Steps;

/// <summary>What becomes of many numbers.</summary>
internal enum Reduction
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The least.</summary>
    Least,

    /// <summary>The greatest.</summary>
    Greatest,

    /// <summary>Their mean.</summary>
    Mean,
}
