namespace Skydive.Contracts.Access;

/// <summary>Whether a user may do something.</summary>
public sealed record GrantedPermission
{
    /// <summary>The object, such as <c>capture</c>, or <c>websocket</c> for a WebSocket path.</summary>
    public required string Object { get; init; }

    /// <summary>The action, such as <c>read</c> or <c>write</c>, or the path.</summary>
    public required string Action { get; init; }

    /// <summary>Whether he may.</summary>
    public required bool Allowed { get; init; }
}
