using Skydive.Contracts.Errors;

namespace Skydive.Client.Errors;

/// <summary>The service answered with an error.</summary>
public sealed class SkydiveApiException : SkydiveException
{
    /// <summary>Makes the error from the service's own words.</summary>
    /// <param name="error">What the service said.</param>
    public SkydiveApiException(ApiError error)
        : base(error.Detail, null)
    {
        Status = error.Status;
        Code = error.Code;
        Offset = error.Offset;
        Line = error.Line;
        Column = error.Column;
        Expected = error.Expected ?? [];
    }

    /// <summary>The HTTP status, or the status of the WebSocket reply.</summary>
    public int Status { get; }

    /// <summary>
    /// A stable word for programs: one of <see cref="ErrorCodes"/>, or a word for the status (<c>BadRequest</c>, <c>AuthenticationFailed</c>,
    /// <c>AccessDenied</c>, <c>NotFound</c>, <c>Conflict</c> …) when the service sent plain text, as Skydive does.
    /// </summary>
    public string Code { get; }

    /// <summary>What, which, why: one line for people. The same as <see cref="Exception.Message"/>.</summary>
    public string Detail => Message;

    /// <summary>Where in a query, counted from 0 in characters; null when it is not about a place.</summary>
    public int? Offset { get; }

    /// <summary>Line in a query, counted from 1; null when it is not about a place.</summary>
    public int? Line { get; }

    /// <summary>Column in a query, counted from 1; null when it is not about a place.</summary>
    public int? Column { get; }

    /// <summary>What would have been accepted there; empty when it is not known.</summary>
    public IReadOnlyList<string> Expected { get; }
}
