namespace Skydive.Gremlin;

/// <summary>What a candidate of completion is.</summary>
public enum GremlinCandidateKind
{
    /// <summary>A step, such as Has.</summary>
    Step,

    /// <summary>A predicate, such as Gt, or Metadata.</summary>
    Predicate,

    /// <summary>A key of metadata or the field of a flow, in quotes.</summary>
    Key,

    /// <summary>A value that elements of the live graph have, as a literal.</summary>
    Value,

    /// <summary>A word without quotes, such as DESC.</summary>
    Word,

    /// <summary>A name that As has given, in quotes.</summary>
    Name,
}
