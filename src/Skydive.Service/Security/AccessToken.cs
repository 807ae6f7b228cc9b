namespace Skydive.Service.Security;

/// <summary>What a token says.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="User">The user.</param>
/// <param name="Expiry">Seconds since 1970-01-01 UTC from which on it is worth nothing.</param>
internal sealed record AccessToken(Guid Id, string User, long Expiry);
