using Microsoft.AspNetCore.Http;

namespace Skydive.Analyzer.Access;

/// <summary>Asks of requests who sends them.</summary>
public static class CallerExtensions
{
    /// <summary>Who sends a request.</summary>
    /// <param name="context">The request.</param>
    public static Caller GetCaller(this HttpContext context) => context.Features.Get<Caller>() ?? Caller.Anybody;
}
