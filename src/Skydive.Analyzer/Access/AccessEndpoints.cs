using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Skydive.Analyzer.Access;

/// <summary>Says of endpoints what a caller needs, and asks of requests what theirs may do.</summary>
public static class AccessEndpoints
{
    /// <summary>Only for callers with a permission.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="target">The object, such as <c>capture</c>.</param>
    /// <param name="action">The action, such as <c>write</c>.</param>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder endpoint, string target, string action)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRequirement(new(target, action)));

    /// <summary>A WebSocket path, which is a permission by itself.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="path">Its path.</param>
    /// <param name="realm">Whose log-in counts.</param>
    public static TBuilder RequireWebSocket<TBuilder>(this TBuilder endpoint, string path, AccessRealm realm = AccessRealm.Api)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRequirement(new(Permission.WebSocket, path), Realm: realm));

    /// <summary>For everybody who has logged in.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public static TBuilder RequireUser<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRequirement(null));

    /// <summary>For everybody: it tells nothing and does nothing that could harm.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public static TBuilder AllowAnybody<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRequirement(null, IsPublic: true));

    /// <summary>Who sends a request.</summary>
    /// <param name="context">The request.</param>
    public static Caller GetCaller(this HttpContext context) => context.Features.Get<Caller>() ?? Caller.Anybody;
}
