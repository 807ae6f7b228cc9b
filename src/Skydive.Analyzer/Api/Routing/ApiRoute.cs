using Microsoft.AspNetCore.Http;

namespace Skydive.Analyzer.Api.Routing;

/// <summary>
/// One endpoint: what is served, to whom, and how it is described. It is the endpoint's metadata too, so that whoever decides about access and
/// whoever describes the API read the same table.
/// </summary>
internal sealed record ApiRoute
{
    /// <summary>The HTTP method; null for a WebSocket.</summary>
    public string? Verb { get; init; }

    /// <summary>The path; a last part of <c>{**id}</c> takes the rest.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it is for anybody, logged in or not: what watches over the service has no account.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Whether it is for agents rather than for users.</summary>
    public bool IsForAgents { get; init; }

    /// <summary>What is accessed, as in Skydive's permissions; null for what every user may see.</summary>
    public string? Object { get; init; }

    /// <summary>What is done to it, as in Skydive's permissions.</summary>
    public string? Action { get; init; }

    /// <summary>What it is for, in a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>Under which heading it is described.</summary>
    public required string Tag { get; init; }

    /// <summary>What the body must be; null when there is none.</summary>
    public ApiSchema? Body { get; init; }

    /// <summary>The media type of the body.</summary>
    public string BodyType { get; init; } = "application/json";

    /// <summary>Whether the body may be left out.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>The longest body in bytes, longer ones are refused; null for <see cref="ApiLimits.MaximumBodyBytes"/>.</summary>
    public long? MaximumBytes { get; init; }

    /// <summary>Query parameters and headers that it looks at.</summary>
    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    /// <summary>How it answers when nothing is wrong, and in cases of its own.</summary>
    public IReadOnlyList<ApiAnswer> Answers { get; init; } = [];

    /// <summary>Serves a request.</summary>
    public required RequestDelegate Handle { get; init; }
}
