using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Skydive.Analyzer.Access;

/// <summary>Whether a request comes from someone that is known.</summary>
public readonly record struct AccessDecision
{
    /// <summary>Who it is; null when that is not known.</summary>
    public Caller? Caller { get; private init; }

    /// <summary>The status to answer with when it is not known.</summary>
    public HttpStatusCode Status { get; private init; }

    /// <summary>What the client is told then: nothing that helps to guess.</summary>
    public string Detail { get; private init; }

    /// <summary>After how long another try makes sense; null for at once.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether someone is known.</summary>
    [MemberNotNullWhen(true, nameof(Caller))]
    public bool IsKnown => Caller is not null;

    /// <summary>Someone is known.</summary>
    public static AccessDecision Known(Caller caller) => new() { Caller = caller, Detail = string.Empty };

    /// <summary>Nobody is known.</summary>
    public static AccessDecision Refused(HttpStatusCode status, string detail, TimeSpan? retryAfter = null) =>
        new() { Status = status, Detail = detail, RetryAfter = retryAfter };
}
