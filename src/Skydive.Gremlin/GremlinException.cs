namespace Skydive.Gremlin;

/// <summary>
/// A query that is refused or was given up. The message is one line for people and says where, when that helps; programs use
/// <see cref="Reason"/> and the position.
/// </summary>
public sealed class GremlinException : Exception
{
    /// <summary>Makes an error that belongs to no place in the query.</summary>
    /// <param name="reason">What kind of error.</param>
    /// <param name="message">What, which, why.</param>
    /// <param name="innerException">What caused it.</param>
    public GremlinException(GremlinErrorReason reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    internal GremlinException(GremlinErrorReason reason, string message, TextPosition position, int length, IReadOnlyList<string>? expected = null)
        : base(message)
    {
        Reason = reason;
        Offset = position.Offset;
        Line = position.Line;
        Column = position.Column;
        Length = length;
        Expected = expected ?? [];
    }

    /// <summary>What kind of error.</summary>
    public GremlinErrorReason Reason { get; }

    /// <summary>Where in the query, counted from 0 in UTF-16 code units; null when the error belongs to no place.</summary>
    public int? Offset { get; }

    /// <summary>The line, counted from 1; null when the error belongs to no place.</summary>
    public int? Line { get; }

    /// <summary>The column, counted from 1; null when the error belongs to no place.</summary>
    public int? Column { get; }

    /// <summary>How many code units are concerned; 0 at the end of the text and when the error belongs to no place.</summary>
    public int Length { get; }

    /// <summary>What would have been accepted at that place, best guess first; empty when that cannot be listed.</summary>
    public IReadOnlyList<string> Expected { get; } = [];
}
